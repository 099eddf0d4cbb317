package io.drover.worker.device;

import java.time.Instant;
import java.util.Objects;

/**
 * One thing seen of a device.
 *
 * @param at when it happened, as exactly as the source of it says
 * @param attempt the attempt it answers; 0 for evidence from the target, which names none
 * @param detail for the history: hub name, status, short error text; may be null; never a secret
 */
public record Evidence(EvidenceKind kind, Instant at, int attempt, String detail) {
    public Evidence {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(at);
    }

    public static Evidence commandSent(Instant at, int attempt) {
        return new Evidence(EvidenceKind.COMMAND_SENT, at, attempt, null);
    }

    public static Evidence accepted(Instant at, int attempt, String detail) {
        return new Evidence(EvidenceKind.COMMAND_ACCEPTED, at, attempt, detail);
    }

    /** Seen in the target's registration states; {@code hub} is the assigned hub's host name. */
    public static Evidence assigned(Instant at, String hub) {
        return new Evidence(EvidenceKind.ASSIGNED, at, 0, hub);
    }

    public static Evidence connected(Instant at, String hub) {
        return new Evidence(EvidenceKind.CONNECTED, at, 0, hub);
    }

    public static Evidence telemetry(Instant at, String hub) {
        return new Evidence(EvidenceKind.TELEMETRY, at, 0, hub);
    }

    public static Evidence offline(Instant at, int attempt, String detail) {
        return new Evidence(EvidenceKind.OFFLINE, at, attempt, detail);
    }

    public static Evidence refused(Instant at, int attempt, int status) {
        return new Evidence(EvidenceKind.REFUSED, at, attempt, "status " + status);
    }

    public static Evidence noHandler(Instant at, int attempt, String detail) {
        return new Evidence(EvidenceKind.NO_HANDLER, at, attempt, detail);
    }

    public static Evidence unknownOutcome(Instant at, int attempt, String detail) {
        return new Evidence(EvidenceKind.UNKNOWN_OUTCOME, at, attempt, detail);
    }

    public static Evidence deviceUnknown(Instant at, int attempt, String detail) {
        return new Evidence(EvidenceKind.DEVICE_UNKNOWN, at, attempt, detail);
    }

    /** The source would not carry the command out now: its own limit, or missing rights. */
    public static Evidence notCarriedOut(EvidenceKind kind, Instant at, int attempt, String detail) {
        return new Evidence(kind, at, attempt, detail);
    }

    /**
     * How what the device owns compared at the target.
     *
     * @param detail paths without values
     */
    public static Evidence twin(TwinOutcome outcome, Instant at, String detail) {
        EvidenceKind kind = switch (outcome) {
            case EQUAL -> EvidenceKind.TWIN_EQUAL;
            case DIFFERENT -> EvidenceKind.TWIN_DIFFERENT;
            case REFUSED -> EvidenceKind.TWIN_REFUSED;
        };
        return new Evidence(kind, at, 0, detail);
    }

    /** The target's provisioning service turned the registration down. */
    public static Evidence targetRejected(Instant at, String detail) {
        return new Evidence(EvidenceKind.TARGET_REJECTED, at, 0, detail);
    }
}
