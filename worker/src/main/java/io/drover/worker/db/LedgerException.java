package io.drover.worker.db;

/** The ledger cannot be used; the message says what, where, and what to do. */
public final class LedgerException extends RuntimeException {
    public LedgerException(String message) {
        super(message);
    }

    public LedgerException(String message, Throwable cause) {
        super(message, cause);
    }
}
