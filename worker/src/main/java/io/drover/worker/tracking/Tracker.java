package io.drover.worker.tracking;

import io.drover.worker.azure.hub.TelemetryObservation;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Proves arrivals and settles deadlines. A deadline is settled only after a complete look at the target that began
 * after it had passed: a device that answered nothing may have moved. Confined to one event loop.
 */
public final class Tracker {
    private static final int BATCH = 500;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private final TargetLook look;
    private final Arrivals arrivals;
    private final ReadPositions positions;
    private final long migrationId;
    private final Clock clock;

    Tracker(
            MigrationStore migrations,
            DeviceStore store,
            TargetLook look,
            Arrivals arrivals,
            ReadPositions positions,
            long migrationId,
            Clock clock) {
        this.migrations = migrations;
        this.store = store;
        this.look = look;
        this.arrivals = arrivals;
        this.positions = positions;
        this.migrationId = migrationId;
        this.clock = clock;
    }

    /** Takes in what a hub's telemetry endpoint showed; committed by the next drain. */
    void observed(String hub, List<TelemetryObservation> batch) {
        for (TelemetryObservation one : batch) {
            arrivals.note(one.deviceId(), Evidence.telemetry(one.enqueuedAt(), hub));
        }
        positions.seen(hub, batch);
    }

    /** Keeps how far the telemetry is in the ledger. */
    Future<Void> keepPositions() {
        return positions.keep(arrivals::drain);
    }

    /** Commits the telemetry noted so far. */
    Future<Void> drain() {
        return arrivals.drain();
    }

    /** Looks at the target and settles deadlines, only while devices await something. */
    Future<Void> sweep() {
        Instant began = clock.instant();
        return store.counts(migrationId)
                .compose(counts -> counts.inFlight() + counts.in(DeviceState.WAITING, DeviceState.REGISTERED) > 0
                        ? look.look()
                                .compose(done -> arrivals.drain())
                                .compose(done -> migrations.looked(migrationId, began))
                                .compose(done -> migrations.get(migrationId))
                                .compose(migration -> settle(began, migration.state() != MigrationState.ABORTING))
                        : Future.succeededFuture());
    }

    private Future<Void> settle(Instant lookBegan, boolean again) {
        return store.reads()
                .overdue(migrationId, lookBegan, BATCH)
                .compose(rows -> look.lookSingly(rows).map(rows))
                .compose(rows -> Future.all(rows.stream()
                                .map(row -> store.expire(row, lookBegan, again))
                                .toList())
                        .compose(done -> rows.size() < BATCH ? Future.succeededFuture() : settle(lookBegan, again)));
    }
}
