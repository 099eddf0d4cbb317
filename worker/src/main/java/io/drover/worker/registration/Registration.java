package io.drover.worker.registration;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WaveState;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** Makes the target accept the source's devices, then releases them for dispatch. */
public final class Registration {
    /** Few enough that a pause is heard soon and that a restart repeats little. */
    private static final int PAGE = 50;

    private final MigrationScope scope;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private boolean ensured;

    public Registration(MigrationScope scope, MigrationStore migrations, DeviceStore store) {
        this.scope = scope;
        this.migrations = migrations;
        this.store = store;
    }

    /**
     * Completes with the number of devices of open waves that are PENDING no longer: all of them, or where the target
     * admits each device one page of each wave, so that more than 0 asks for another sweep. Call from one event loop.
     */
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
                all = all.compose(before -> ensure().compose(done -> release(migrationId, wave.number()))
                        .map(released -> before + released));
            }
        }
        return all;
    }

    private Future<Integer> release(long migrationId, int wave) {
        if (!scope.target().admitsEach()) {
            return store.release(migrationId, wave, "enrollment groups are in place");
        }
        return store.reads()
                .pending(migrationId, wave, PAGE)
                .compose(devices -> scope.target()
                        .provisioned(devices)
                        .compose(known -> store.noteKnown(migrationId, known))
                        .compose(noted -> scope.target().admit(devices))
                        .compose(refused -> settle(migrationId, wave, devices, refused)));
    }

    /** Those that the target accepts may be commanded; the others fail, and a retry brings them here again. */
    private Future<Integer> settle(
            long migrationId, int wave, List<DeviceRow> devices, Map<String, FailureReason> refused) {
        List<String> accepted = devices.stream()
                .map(DeviceRow::deviceId)
                .filter(id -> !refused.containsKey(id))
                .toList();
        return store.release(migrationId, wave, accepted, "the target accepts it")
                .compose(released -> store.refuse(migrationId, wave, refused, "the target cannot accept it")
                        .map(failed -> released + failed));
    }

    private Future<Void> ensure() {
        if (ensured) {
            return Future.succeededFuture();
        }
        return scope.target().ensureEnrollments().onSuccess(done -> ensured = true);
    }
}
