package io.drover.worker.dispatch;

/** A job would not command exactly the devices that it may. The message says which one and why. */
final class JobMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JobMismatch(String message) {
        super(message, null, false, false);
    }
}
