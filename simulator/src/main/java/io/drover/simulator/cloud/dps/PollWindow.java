package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.quota.AzureLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Status polling is throttled apart from registering: 5 polls in 10 s for each device. Thread-safe. */
final class PollWindow {
    private static final AzureLimit LIMIT = AzureLimit.DPS_STATUS_POLLS;

    private final Duration window;
    private Instant start = Instant.EPOCH;
    private int used;

    PollWindow(int timeCompression) {
        this.window = LIMIT.period().dividedBy(timeCompression);
    }

    /** Empty when granted, else the seconds to wait, at least 1. */
    synchronized OptionalLong tryAcquire(Instant now) {
        if (!now.isBefore(start.plus(window))) {
            start = now;
            used = 0;
        }
        if (used < LIMIT.amount()) {
            used++;
            return OptionalLong.empty();
        }
        long millis = Duration.between(now, start.plus(window)).toMillis();
        return OptionalLong.of(Math.max(1, (millis + 999) / 1000));
    }
}
