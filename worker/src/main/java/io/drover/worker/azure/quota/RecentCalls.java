package io.drover.worker.azure.quota;

/** Counts calls over the last ten seconds. Thread-safe. */
final class RecentCalls {
    static final int SECONDS = 10;

    private final long[] counts = new long[SECONDS + 1];
    private long second;

    synchronized void add(int calls, long nowNanos) {
        advance(nowNanos);
        counts[slot(second)] += calls;
    }

    /** Per second, over whole seconds only. */
    synchronized double perSecond(long nowNanos) {
        advance(nowNanos);
        long sum = 0;
        for (int back = 1; back <= SECONDS; back++) {
            sum += counts[slot(second - back)];
        }
        return sum / (double) SECONDS;
    }

    private void advance(long nowNanos) {
        long now = Math.floorDiv(nowNanos, 1_000_000_000L);
        long from = Math.max(second + 1, now - SECONDS);
        for (long each = from; each <= now; each++) {
            counts[slot(each)] = 0;
        }
        second = now;
    }

    private int slot(long ofSecond) {
        return (int) Math.floorMod(ofSecond, (long) counts.length);
    }
}
