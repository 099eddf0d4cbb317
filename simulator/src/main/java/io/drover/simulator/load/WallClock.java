package io.drover.simulator.load;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Instants of {@link System#nanoTime()} as microseconds since 1970, by one look at both clocks, so that intervals stay exact. */
public final class WallClock {
    private final long epochMicros;
    private final long epochNanos;

    /** Looks at both clocks. */
    public WallClock(Clock clock) {
        Instant now = clock.instant();
        this.epochNanos = System.nanoTime();
        this.epochMicros = TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
    }

    /** Microseconds since 1970 at this instant. */
    public long micros(long nanoTime) {
        return epochMicros + Math.floorDiv(nanoTime - epochNanos, 1_000L);
    }
}
