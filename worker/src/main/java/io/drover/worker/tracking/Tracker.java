package io.drover.worker.tracking;

import io.drover.worker.azure.hub.TelemetryObservation;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Proves arrivals and settles deadlines. A deadline is settled only after a complete look at the target that began
 * after it had passed: a device that answered nothing may have moved. Confined to one event loop.
 */
public final class Tracker {
    private static final int BATCH = 500;
    private static final Set<DeviceState> AWAITING = Set.of(
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.ASSIGNED,
            DeviceState.CONNECTED);

    private final DeviceStore store;
    private final TargetLook look;
    private final Arrivals arrivals;
    private final long migrationId;
    private final Clock clock;

    Tracker(DeviceStore store, TargetLook look, Arrivals arrivals, long migrationId, Clock clock) {
        this.store = store;
        this.look = look;
        this.arrivals = arrivals;
        this.migrationId = migrationId;
        this.clock = clock;
    }

    /** Takes in what a hub's telemetry endpoint showed; committed by the next drain. */
    void observed(String hub, List<TelemetryObservation> batch) {
        for (TelemetryObservation one : batch) {
            arrivals.note(one.deviceId(), Evidence.telemetry(one.enqueuedAt(), hub));
        }
    }

    /** Commits the telemetry noted so far. */
    Future<Void> drain() {
        return arrivals.drain();
    }

    /** Looks at the target and settles deadlines, only while devices await something. */
    Future<Void> sweep() {
        Instant began = clock.instant();
        return store.counts(migrationId)
                .compose(counts -> awaiting(counts)
                        ? look.look().compose(done -> arrivals.drain()).compose(done -> settle(began))
                        : Future.succeededFuture());
    }

    private static boolean awaiting(Map<DeviceState, Long> counts) {
        return AWAITING.stream().anyMatch(state -> counts.getOrDefault(state, 0L) > 0);
    }

    private Future<Void> settle(Instant lookBegan) {
        return store.overdue(migrationId, lookBegan, BATCH)
                .compose(rows -> Future.all(
                                rows.stream().map(row -> expire(row, lookBegan)).toList())
                        .compose(done -> rows.size() < BATCH ? Future.succeededFuture() : settle(lookBegan)));
    }

    private Future<Boolean> expire(DeviceRow row, Instant lookBegan) {
        return store.expire(row, lookBegan);
    }
}
