package io.drover.worker.registration;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WaveState;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import java.util.List;

/** Makes the target accept the source's devices, then releases them for dispatch. */
public final class Registration {
    private final MigrationScope scope;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private boolean ensured;

    public Registration(MigrationScope scope, MigrationStore migrations, DeviceStore store) {
        this.scope = scope;
        this.migrations = migrations;
        this.store = store;
    }

    /** Completes with the number of devices of open waves that became REGISTERED. Call from one event loop. */
    public Future<Integer> sweep(long migrationId) {
        return migrations
                .get(migrationId)
                .compose(migration -> migration.state() == MigrationState.RUNNING
                        ? migrations
                                .waves(migrationId)
                                .compose(waves -> store.counts(migrationId)
                                        .compose(counts -> release(migrationId, waves, counts)))
                        : Future.succeededFuture(0));
    }

    private Future<Integer> release(long migrationId, List<Wave> waves, DeviceCounts counts) {
        Future<Integer> all = Future.succeededFuture(0);
        for (Wave wave : waves) {
            boolean open = wave.state() == WaveState.OPEN || wave.state() == WaveState.COMPLETE;
            if (open && counts.ofWave(wave.number()).in(DeviceState.PENDING) > 0) {
                all = all.compose(before -> ensure().compose(
                                done -> store.release(migrationId, wave.number(), "enrollment groups are in place"))
                        .map(released -> before + released));
            }
        }
        return all;
    }

    private Future<Void> ensure() {
        if (ensured) {
            return Future.succeededFuture();
        }
        return scope.target().ensureEnrollments().onSuccess(done -> ensured = true);
    }
}
