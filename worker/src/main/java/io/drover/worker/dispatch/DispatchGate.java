package io.drover.worker.dispatch;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Says whether commands may be sent now, to which waves and how fast, from the ledger and the rollout policy. */
final class DispatchGate {
    /**
     * What may be sent.
     *
     * @param openWaves highest number of an opened wave
     * @param waiting whether devices wait for their next probe
     * @param perSecond the rollout's own cap; infinite for none
     */
    record Permit(int openWaves, boolean waiting, Instant lookedAt, double perSecond) {}

    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final RolloutPolicy policy;
    private final Clock clock;

    DispatchGate(MigrationStore migrations, DeviceStore devices, RolloutPolicy policy, Clock clock) {
        this.migrations = migrations;
        this.devices = devices;
        this.policy = policy;
        this.clock = clock;
    }

    /** Empty when nothing may be sent now. */
    Future<Optional<Permit>> permit(long migrationId) {
        return migrations.get(migrationId).compose(migration -> {
            boolean open = migration.state() == MigrationState.RUNNING && policy.isOpen(clock.instant());
            return open ? permit(migration) : Future.succeededFuture(Optional.empty());
        });
    }

    private Future<Optional<Permit>> permit(Migration migration) {
        return migrations
                .waves(migration.id())
                .compose(waves -> devices.counts(migration.id()).map(counts -> {
                    int open = MigrationControl.openWaves(waves);
                    long arrived = counts.in(DeviceState.MIGRATED);
                    boolean due = counts.in(DeviceState.REGISTERED, DeviceState.WAITING) > 0;
                    return open == 0 || !due
                            ? Optional.empty()
                            : Optional.of(new Permit(
                                    open,
                                    counts.in(DeviceState.WAITING) > 0,
                                    migration.lookedAt(),
                                    policy.rate().perSecond(arrived)));
                }));
    }
}
