package io.drover.worker.device;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Which devices to take, for whom and until when.
 *
 * @param openWaves highest number of an opened wave
 * @param exceptWaves waves that others command
 * @param lookedAt begin of the last complete look at the target, or null
 */
public record DeviceClaim(
        long migrationId,
        DeviceState state,
        int openWaves,
        Set<Integer> exceptWaves,
        int limit,
        Instant now,
        Instant lookedAt,
        Duration answerDeadline,
        String owner) {
    public DeviceClaim {
        exceptWaves = Set.copyOf(exceptWaves);
    }

    /** A claim on all opened waves. */
    public DeviceClaim(
            long migrationId,
            DeviceState state,
            int openWaves,
            int limit,
            Instant now,
            Instant lookedAt,
            Duration answerDeadline,
            String owner) {
        this(migrationId, state, openWaves, Set.of(), limit, now, lookedAt, answerDeadline, owner);
    }
}
