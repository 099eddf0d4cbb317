package io.drover.simulator.cloud.dps;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Status polling is throttled apart from registering: 5 polls in 10 s for each device. Not thread-safe. */
final class PollWindow {
    private static final int POLLS = 5;
    private static final Duration DOCUMENTED_WINDOW = Duration.ofSeconds(10);

    private final Duration window;
    private Instant start = Instant.EPOCH;
    private int used;

    PollWindow(int timeCompression) {
        this.window = DOCUMENTED_WINDOW.dividedBy(timeCompression);
    }

    /** Empty when granted, else the seconds to wait, at least 1. */
    OptionalLong tryAcquire(Instant now) {
        if (!now.isBefore(start.plus(window))) {
            start = now;
            used = 0;
        }
        if (used < POLLS) {
            used++;
            return OptionalLong.empty();
        }
        long millis = Duration.between(now, start.plus(window)).toMillis();
        return OptionalLong.of(Math.max(1, (millis + 999) / 1000));
    }
}
