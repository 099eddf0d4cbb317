package io.drover.worker.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A limit as evenly spaced slots, without bursts. A 429 closes it and halves the rate, which recovers by a twentieth of
 * the limit with every second's worth of calls. A worker whose clock is ahead slows the others at worst; together they
 * never exceed the limit.
 *
 * @param nextAt microseconds since the epoch at which the next call may leave
 * @param rate in force, calls in 1,000 seconds
 * @param granted calls since the rate last changed
 * @param slowedAt microseconds since the epoch of the last slow-down that the rate has not recovered from; else 0
 */
record Pace(long nextAt, long rate, long granted, long slowedAt) {
    /** Calls that were under way when the limit was hit answer 429 too: one slow-down for all of them. */
    private static final long ONE_SLOW_DOWN_MICROS = 1_000_000;

    private static final long LEAST_SHARE = 16;
    private static final long RECOVERY_SHARE = 20;

    static long thousandths(double perSecond) {
        return Math.max(1, Math.round(perSecond * 1000));
    }

    /** After these calls; {@link #slots} tells when each may leave. */
    Pace reserved(long now, double limit, int calls) {
        long top = thousandths(limit);
        long current = slowedAt == 0 ? top : Math.min(rate, top);
        long counted = granted + calls;
        long slowed = slowedAt;
        if (current < top && counted * 1000 >= current) {
            current = Math.min(top, current + Math.max(1, top / RECOVERY_SHARE));
            counted = 0;
            slowed = current == top ? 0 : slowed;
        }
        return new Pace(Math.max(nextAt, now) + calls * apart(current), current, counted, slowed);
    }

    Pace throttled(long now, double limit, Duration retryAfter) {
        long until = now + retryAfter.toNanos() / 1000;
        if (now - slowedAt < ONE_SLOW_DOWN_MICROS) {
            return new Pace(Math.max(nextAt, until), rate, granted, slowedAt);
        }
        long top = thousandths(limit);
        long slower = Math.max(1, Math.max(top / LEAST_SHARE, Math.min(rate, top) / 2));
        return new Pace(Math.max(nextAt, until), slower, 0, now);
    }

    /** The slots that the last {@code calls} reserved calls have. */
    PaceStore.Slots slots(int calls) {
        Instant first = Instant.EPOCH.plus(nextAt - calls * apart(rate), ChronoUnit.MICROS);
        return new PaceStore.Slots(first, Duration.of(apart(rate), ChronoUnit.MICROS), rate / 1000.0);
    }

    private static long apart(long rate) {
        return 1_000_000_000L / rate;
    }
}
