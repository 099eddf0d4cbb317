package io.drover.simulator.cloud.hub;

import java.time.Instant;
import java.util.Optional;

/** A refusal of the hub, with the code of its catalogue. Carries no stack trace: it is an answer, not a defect. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HubError error;
    private final Instant deliveredAt;

    public HubException(HubError error, String message) {
        this(error, message, null);
    }

    HubException(HubError error, String message, Instant deliveredAt) {
        super(message, null, false, false);
        this.error = error;
        this.deliveredAt = deliveredAt;
    }

    public HubError error() {
        return error;
    }

    /** When the request that failed was handed to the device, empty when it never was. */
    public Optional<Instant> deliveredAt() {
        return Optional.ofNullable(deliveredAt);
    }
}
