package io.drover.worker.azure.quota;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Paces calls against one Azure limit. Tokens are reserved in the order asked for; a caller whose token is not there yet
 * waits on a Vert.x timer, so no thread blocks. A 429 closes the gate for as long as the service asks and halves the
 * rate; the rate recovers by a twentieth of the limit with every second's worth of granted calls. Thread-safe.
 */
public final class QuotaGate {
    private static final long PRECISION = 1000;

    private final Vertx vertx;
    private final int burst;
    private volatile double limit;
    private final Bucket bucket;
    private final AtomicLong closedUntilNanos = new AtomicLong(System.nanoTime());
    private final RecentCalls recent = new RecentCalls();
    private final AtomicLong throttled = new AtomicLong();
    private double rate;
    private long grantedSinceChange;
    private final LongAdder granted = new LongAdder();

    /**
     * A gate that lets {@code perSecond} calls through each second.
     *
     * @param burst calls that may go at once after a pause, at least 1
     */
    public QuotaGate(Vertx vertx, double perSecond, int burst) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("A quota must be more than 0 per second, not " + perSecond);
        }
        this.vertx = vertx;
        this.burst = Math.max(1, burst);
        this.limit = perSecond;
        this.rate = perSecond;
        this.bucket = Bucket.builder()
                .addLimit(bandwidth(perSecond))
                .withNanosecondPrecision()
                .build();
    }

    private Bandwidth bandwidth(double perSecond) {
        // A fractional rate is expressed as a longer period, as Bucket4j counts whole tokens.
        long amount = Math.max(1, Math.round(perSecond * PRECISION));
        return Bandwidth.builder()
                .capacity(burst)
                .refillGreedy(1, Duration.ofNanos(Math.max(1, PRECISION * 1_000_000_000L / amount)))
                .initialTokens(burst)
                .build();
    }

    /** Completes when one call may be sent. */
    public Future<Void> acquire() {
        return acquire(1);
    }

    /** As {@link #acquire()}, but refuses at once, taking nothing, when that would take longer. */
    public Optional<Future<Void>> acquireWithin(Duration longest) {
        long closed = closedUntilNanos.get() - System.nanoTime();
        long refill = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
        return Math.max(closed, refill) > longest.toNanos() ? Optional.empty() : Optional.of(acquire(1));
    }

    /** Gives calls back that were acquired and not made. */
    public void giveBack(int calls) {
        if (calls > 0) {
            bucket.addTokens(calls);
            granted.add(-calls);
        }
    }

    /** Another limit from now on, as when a rollout's own rate grows. */
    public synchronized void limit(double perSecond) {
        if (perSecond != limit) {
            boolean slowed = rate < limit;
            limit = perSecond;
            change(slowed ? Math.min(rate, perSecond) : perSecond);
        }
    }

    /** Completes when so many calls may be sent. */
    public Future<Void> acquire(int calls) {
        recent.add(calls, System.nanoTime());
        recover(calls);
        long penalty = bucket.consumeIgnoringRateLimits(calls);
        long closed = closedUntilNanos.get() - System.nanoTime();
        long wait = Math.max(penalty, closed);
        if (wait <= 0) {
            return Future.succeededFuture();
        }
        return vertx.timer(Math.max(1, wait / 1_000_000)).mapEmpty();
    }

    /** A 429 came: nothing passes for this long, then at half the rate. */
    public synchronized void throttled(Duration retryAfter) {
        throttled.incrementAndGet();
        long until = System.nanoTime() + retryAfter.toNanos();
        boolean alreadyClosed = closedUntilNanos.get() - System.nanoTime() > 0;
        closedUntilNanos.accumulateAndGet(until, (a, b) -> a - b > 0 ? a : b);
        // Calls already under way answer 429 too: one slow-down for all of them.
        if (!alreadyClosed) {
            change(Math.max(limit / 16, rate / 2));
        }
    }

    private synchronized void recover(int calls) {
        granted.add(calls);
        grantedSinceChange += calls;
        if (rate < limit && grantedSinceChange >= Math.ceil(rate)) {
            change(Math.min(limit, rate + limit / 20));
        }
    }

    private void change(double perSecond) {
        rate = perSecond;
        grantedSinceChange = 0;
        BucketConfiguration configuration =
                BucketConfiguration.builder().addLimit(bandwidth(perSecond)).build();
        bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS);
    }

    /** Calls that were let through since the start. */
    public long granted() {
        return granted.sum();
    }

    /** The rate while the service throttles nobody, per second. */
    public double limit() {
        return limit;
    }

    /** Calls per second over the last ten. */
    public double usedPerSecond() {
        return recent.perSecond(System.nanoTime());
    }

    /** How many calls were answered with 429. */
    public long throttled() {
        return throttled.get();
    }

    /** The rate in force, per second. */
    public synchronized double perSecond() {
        return rate;
    }
}
