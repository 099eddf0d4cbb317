package io.drover.worker.operation;

/** The worker does as much of a kind as it may at once; the same asked later can be done. */
public final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BusyException(String message) {
        super(message);
    }
}
