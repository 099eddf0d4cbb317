package io.drover.worker.azure;

import java.time.Duration;
import java.util.Optional;

/** An Azure service refused, or could not be reached: what happened, where, and what to do. Never holds a credential. */
public final class AzureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient Duration retryAfter;

    /** Status 0 means that no answer came: the outcome of the call is unknown. */
    public AzureException(int status, String code, String message) {
        this(status, code, message, null);
    }

    /** A 429 of the service itself, which asks to wait this long. */
    public AzureException(int status, String code, String message, Duration retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** HTTP status, or 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** The service's own error code, or an empty string. */
    public String code() {
        return code;
    }

    /** How long the service asks to wait; empty when it did not answer 429 itself. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the request may have been carried out although no answer says so. */
    public boolean outcomeUnknown() {
        return status == 0 || status >= 500;
    }
}
