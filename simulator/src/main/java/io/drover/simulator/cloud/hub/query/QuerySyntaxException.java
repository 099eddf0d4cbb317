package io.drover.simulator.cloud.hub.query;

/** A query that is not of the hub's language; the message names the place. */
public final class QuerySyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QuerySyntaxException(String message) {
        super(message, null, false, false);
    }
}
