package io.drover.simulator.cloud.hub;

import java.time.Clock;
import java.time.Duration;

/**
 * The messages a hub has taken today, in the chunks it charges ("IoT Hub quotas and throttling": 4 KB, on the free tier 0.5 KB). Days
 * begin at midnight UTC; where time is compressed they are that much shorter. Thread-safe.
 */
public final class DailyMessages {
    private static final int CHUNK = 4_096;
    private static final int CHUNK_OF_FREE = 512;

    private final Clock clock;
    private final int chunk;
    private final long most;
    private Duration day = Duration.ofDays(1);
    private long today;
    private long used;

    DailyMessages(HubSku sku, int units, Clock clock) {
        this.clock = clock;
        this.chunk = sku == HubSku.F1 ? CHUNK_OF_FREE : CHUNK;
        this.most = sku.dailyMessages() * units;
    }

    /** Makes days so long, for compressed time. */
    public synchronized void dayLasts(Duration length) {
        day = length;
    }

    /** What may be taken in a day. */
    public long most() {
        return most;
    }

    /** What has been taken today. */
    public synchronized long used() {
        roll();
        return used;
    }

    /** Whether a message of this size is more than is left of the day. */
    synchronized boolean isUsedUp(long bytes) {
        roll();
        return used + chunks(bytes) > most;
    }

    /** Counts a message of this size. */
    synchronized void count(long bytes) {
        roll();
        used += chunks(bytes);
    }

    private long chunks(long bytes) {
        return Math.max(1, (bytes + chunk - 1) / chunk);
    }

    private void roll() {
        long now = clock.millis() / day.toMillis();
        if (now != today) {
            today = now;
            used = 0;
        }
    }
}
