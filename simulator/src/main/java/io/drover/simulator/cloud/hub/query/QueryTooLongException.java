package io.drover.simulator.cloud.hub.query;

/** A query of more than 8 KB, which the hub refuses with another code than a faulty one. */
public final class QueryTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QueryTooLongException() {
        super("The query is longer than 8 KB.", null, false, false);
    }
}
