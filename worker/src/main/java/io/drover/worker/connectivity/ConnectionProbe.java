package io.drover.worker.connectivity;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.source.MigrationSource;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds offline devices that seem to be back: asks the source who is connected, a page for 1,000 devices, instead of
 * commanding each to see. A device that is shown as connected and still cannot be reached, as one that listens for no
 * methods, is woken after 1, 2, 4, 8 … rounds only. Confined to one event loop.
 */
public final class ConnectionProbe {
    private static final Set<DeviceState> WAITING = EnumSet.of(DeviceState.WAITING);

    private final MigrationSource source;
    private final DeviceStore store;
    private final long migrationId;
    private final Duration perPage;
    private final Clock clock;
    /** Rounds that each waiting device was seen connected in without a break. */
    private Map<String, Integer> rounds = new HashMap<>();

    private long nextAtNanos = System.nanoTime();

    /**
     * A probe of one migration's source.
     *
     * @param perPage pause that each page of an answer costs, so that the source's limit on queries is kept
     */
    public ConnectionProbe(MigrationSource source, DeviceStore store, long migrationId, Duration perPage, Clock clock) {
        this.source = source;
        this.store = store;
        this.migrationId = migrationId;
        this.perPage = perPage;
        this.clock = clock;
    }

    /** One round, if any device waits and the last round's pause is over; completes with how many were woken. */
    public Future<Integer> round() {
        if (nextAtNanos - System.nanoTime() > 0) {
            return Future.succeededFuture(0);
        }
        return store.counts(migrationId)
                .compose(counts -> counts.in(DeviceState.WAITING) > 0 ? ask() : Future.succeededFuture(0));
    }

    private Future<Integer> ask() {
        Round round = new Round();
        return source.eachConnectedPage(round::page)
                .onComplete(done -> nextAtNanos =
                        System.nanoTime() + perPage.multipliedBy(round.pages).toNanos())
                .map(done -> {
                    rounds = round.seen;
                    return round.woken;
                });
    }

    private final class Round {
        private final Map<String, Integer> seen = new HashMap<>();
        private int pages;
        private int woken;

        private Future<Void> page(List<String> connected) {
            pages++;
            return store.reads()
                    .known(migrationId, connected, WAITING)
                    .compose(waiting -> wake(connected, new HashSet<>(waiting)));
        }

        /** A device just being commanded keeps its count, or each command to it would begin a new one. */
        private Future<Void> wake(List<String> connected, Set<String> waiting) {
            Future<Void> all = Future.succeededFuture();
            for (String id : connected) {
                int count = rounds.getOrDefault(id, 0) + (waiting.contains(id) ? 1 : 0);
                if (count > 0) {
                    seen.put(id, count);
                }
                if (waiting.contains(id) && Integer.bitCount(count) == 1) {
                    woken++;
                    all = all.compose(done -> awake(id));
                }
            }
            return all;
        }

        private Future<Void> awake(String id) {
            return store.awake(new DeviceKey(migrationId, id), clock.instant(), "connected to " + source.host())
                    .mapEmpty();
        }
    }
}
