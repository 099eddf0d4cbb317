package io.drover.simulator.rehearsal;

/** A rehearsal that could not be carried out; the message says what happened, where, and what to do. */
public final class RehearsalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RehearsalException(String message) {
        super(message);
    }

    public RehearsalException(String message, Throwable cause) {
        super(message, cause);
    }
}
