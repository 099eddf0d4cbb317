package io.drover.worker.device;

import java.time.Duration;

/**
 * How long each state may wait, how often a device is commanded, and what proves its arrival.
 *
 * @param attempts commands per device that got through to it; probes of an offline device do not count
 * @param probe longest pause between commands to an offline device: long where the source tells who is back
 * @param carries whether what devices own is compared before the verdict
 * @param compression divides the built-in backoff and settle times; 1 except against a simulator
 */
public record MovePolicy(
        Verification verification,
        Duration answer,
        Duration assigned,
        Duration connected,
        Duration telemetry,
        Duration offline,
        int attempts,
        Duration probe,
        boolean carries,
        int compression) {
    private static final Duration USUAL_PROBE = Duration.ofMinutes(5);

    /** A policy for a source that does not tell who is back. */
    public MovePolicy(
            Verification verification,
            Duration answer,
            Duration assigned,
            Duration connected,
            Duration telemetry,
            Duration offline,
            int attempts,
            int compression) {
        this(verification, answer, assigned, connected, telemetry, offline, attempts, USUAL_PROBE, false, compression);
    }

    /** What is asked of a device's twin before its verdict. */
    enum TwinDemand {
        NOTHING,
        /** That it was compared, however that ended. */
        COMPARED,
        EQUAL
    }

    TwinDemand twin() {
        if (verification == Verification.TELEMETRY_TWIN) {
            return TwinDemand.EQUAL;
        }
        return carries ? TwinDemand.COMPARED : TwinDemand.NOTHING;
    }

    /** Pause between a negative answer and its verdict, in which the target is looked at. */
    public Duration settle(EvidenceKind negative) {
        if (negative.isNotCarriedOut()) {
            return Duration.ZERO;
        }
        return negative == EvidenceKind.UNKNOWN_OUTCOME
                ? answer
                : Duration.ofSeconds(10).dividedBy(compression);
    }

    public Duration backoff(FailureReason reason, int attempt) {
        Duration pause =
                reason == FailureReason.DEVICE_OFFLINE ? reason.backoff(attempt, probe) : reason.backoff(attempt);
        return pause.dividedBy(compression);
    }
}
