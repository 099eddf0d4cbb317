package io.drover.worker.dispatch;

import io.drover.worker.cluster.PaceStore;
import io.drover.worker.cluster.PaceStore.Slots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;

/**
 * Spaces commands evenly: each gets a slot of a limit that all workers of a ledger share, and after a stall what is late
 * goes out one by one, never in a bunch that would overrun the service's own bucket. Confined to one event loop.
 */
final class CommandPacer {
    /** A late command follows the one before it after this share of the usual distance. */
    private static final double CATCH_UP = 0.9;

    private final Vertx vertx;
    private final PaceStore paces;
    private final DispatchPace pace;
    private final Clock clock;
    private double limit;
    private double perSecond;
    private long lastSlotNanos = System.nanoTime();

    CommandPacer(Vertx vertx, PaceStore paces, DispatchPace pace, Clock clock) {
        this.vertx = vertx;
        this.paces = paces;
        this.pace = pace;
        this.clock = clock;
        this.limit = pace.perSecond();
        this.perSecond = limit;
    }

    /** Caps the rate below Azure's limit; infinite for no cap of its own. */
    void cap(double rollout) {
        limit = Math.min(pace.perSecond(), rollout);
        perSecond = Math.min(perSecond, limit);
    }

    /** Commands per second at present: the limit, or less after a 429. */
    double perSecond() {
        return Math.min(perSecond, limit);
    }

    /** How long nobody may send, as after a 429. */
    Future<Duration> closedFor() {
        return paces.closedFor(pace.name());
    }

    /**
     * Reserves slots and calls each of these when its slot has come; completes so long ahead of the last slot.
     *
     * @param reserved hears when the slots are known
     */
    Future<Void> send(Iterable<Runnable> commands, int size, Duration ahead, Runnable reserved) {
        return paces.reserve(pace.name(), limit, size).compose(slots -> {
            reserved.run();
            perSecond = slots.perSecond();
            long start = System.nanoTime()
                    + Duration.between(clock.instant(), slots.first()).toNanos();
            long slot = 0;
            for (Runnable command : commands) {
                long due = place(start + slot * slots.apart().toNanos(), slots);
                slot++;
                vertx.setTimer(Math.max(1, (due - System.nanoTime()) / 1_000_000), fired -> command.run());
            }
            long last = lastSlotNanos - ahead.toNanos() - System.nanoTime();
            return last <= 0
                    ? Future.succeededFuture()
                    : vertx.timer(Math.max(1, last / 1_000_000)).mapEmpty();
        });
    }

    private long place(long due, Slots slots) {
        long earliest = lastSlotNanos + (long) (slots.apart().toNanos() * CATCH_UP);
        lastSlotNanos = Math.max(due, Math.max(earliest, System.nanoTime()));
        return lastSlotNanos;
    }

    /** The service answered 429. */
    Future<Void> throttled(Duration retryAfter) {
        return paces.throttled(pace.name(), limit, retryAfter);
    }
}
