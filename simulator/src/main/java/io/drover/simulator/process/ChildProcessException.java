package io.drover.simulator.process;

/** A child process that did not do what it was started for; the message says which, what happened and where its log is. */
public final class ChildProcessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ChildProcessException(String message) {
        super(message);
    }

    public ChildProcessException(String message, Throwable cause) {
        super(message, cause);
    }
}
