package io.drover.worker.operation;

/** An operation must not be done as things stand; the message says why, and what to do. Nothing was changed. */
public final class RefusedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
