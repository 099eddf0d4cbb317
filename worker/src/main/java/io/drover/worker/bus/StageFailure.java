package io.drover.worker.bus;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** The one type in which failures cross the bus; its reason alone decides whether a caller tries again. */
public final class StageFailure extends ReplyException {
    /** Why a stage could not do what it was asked. */
    public enum Reason {
        THROTTLED(true),
        UNAVAILABLE(true),
        TIMEOUT(true),
        NOT_FOUND(false),
        FORBIDDEN(false),
        INVALID(false),
        INTERNAL(false);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }

        public boolean isRetryable() {
            return retryable;
        }
    }

    private final Reason reason;

    public StageFailure(Reason reason, String message) {
        super(ReplyFailure.RECIPIENT_FAILURE, -1, message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The failure as it crosses the bus; what is not known is INTERNAL. */
    static StageFailure of(Throwable cause) {
        if (cause instanceof StageFailure failure) {
            return failure;
        }
        if (cause instanceof ReplyException reply) {
            Reason reason = switch (reply.failureType()) {
                case TIMEOUT -> Reason.TIMEOUT;
                case NO_HANDLERS -> Reason.UNAVAILABLE;
                default -> Reason.INTERNAL;
            };
            return new StageFailure(reason, reply.getMessage());
        }
        // Without the cause: a ReplyException takes none after its making, and throws.
        return new StageFailure(Reason.INTERNAL, String.valueOf(cause.getMessage()));
    }
}
