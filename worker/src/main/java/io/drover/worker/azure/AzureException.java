package io.drover.worker.azure;

/** An Azure service refused, or could not be reached: what happened, where, and what to do. Never holds a credential. */
public final class AzureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /** Status 0 means that no answer came: the outcome of the call is unknown. */
    public AzureException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** HTTP status, or 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** The service's own error code, or an empty string. */
    public String code() {
        return code;
    }

    /** Whether the request may have been carried out although no answer says so. */
    public boolean outcomeUnknown() {
        return status == 0 || status >= 500;
    }
}
