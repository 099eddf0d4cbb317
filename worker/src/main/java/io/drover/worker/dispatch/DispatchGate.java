package io.drover.worker.dispatch;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.JobStore;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Says whether commands may be sent now, to which waves and how fast, from the ledger and the rollout policy. */
final class DispatchGate {
    /**
     * What may be sent.
     *
     * @param openWaves highest number of an opened wave
     * @param heldWaves waves whose devices an IoT Central job commands first
     * @param waiting whether devices wait for their next probe
     * @param perSecond the rollout's own cap; infinite for none
     */
    record Permit(int openWaves, Set<Integer> heldWaves, boolean waiting, Instant lookedAt, double perSecond) {}

    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final JobStore jobs;
    private final boolean byJob;
    private final RolloutPolicy policy;
    private final Clock clock;

    /** {@code byJob} tells whether a wave that is not decided yet may get a job. */
    DispatchGate(
            MigrationStore migrations,
            DeviceStore devices,
            JobStore jobs,
            boolean byJob,
            RolloutPolicy policy,
            Clock clock) {
        this.migrations = migrations;
        this.devices = devices;
        this.jobs = jobs;
        this.byJob = byJob;
        this.policy = policy;
        this.clock = clock;
    }

    /** Empty when nothing may be sent now. */
    Future<Optional<Permit>> permit(long migrationId) {
        return migrations.get(migrationId).compose(migration -> {
            boolean open = migration.state() == MigrationState.RUNNING && policy.isOpen(clock.instant());
            return open
                    ? jobs.held(migrationId, byJob).compose(held -> permit(migration, held))
                    : Future.succeededFuture(Optional.empty());
        });
    }

    private Future<Optional<Permit>> permit(Migration migration, Set<Integer> held) {
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
                                    held,
                                    counts.in(DeviceState.WAITING) > 0,
                                    migration.lookedAt(),
                                    policy.rate().perSecond(arrived)));
                }));
    }
}
