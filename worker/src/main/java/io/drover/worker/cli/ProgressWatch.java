package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceState;
import io.drover.worker.metrics.MigrationGauges;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.progress.Progress;
import io.drover.worker.progress.ProgressMeter;
import io.drover.worker.sql.SqlFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the ledger once a second, shows the progress and keeps the gauges of devices by state. */
final class ProgressWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressWatch.class);
    private static final int LONGEST_ABSENCE_SECONDS = 120;

    private final Vertx vertx;
    private final Ledger ledger;
    private final Migration migration;
    private final ProgressView view;
    private final ProgressMeter meter;
    private final Clock clock;
    private int away;
    private final MigrationGauges gauges;

    ProgressWatch(
            Vertx vertx, Ledger ledger, Migration migration, ProgressView view, MeterRegistry meters, Clock clock) {
        this.vertx = vertx;
        this.ledger = ledger;
        this.migration = migration;
        this.view = view;
        this.meter = new ProgressMeter(migration.name());
        this.clock = clock;
        this.gauges = new MigrationGauges(meters, migration.name());
    }

    /**
     * Completes with the exit code when the migration is final.
     *
     * @param orPaused also when it is paused and no device is on its way
     */
    Future<Integer> untilDone(boolean orPaused) {
        return look().map(Optional::of).recover(this::away).compose(seen -> {
            if (seen.isEmpty()) {
                return vertx.timer(1, TimeUnit.SECONDS).compose(fired -> untilDone(orPaused));
            }
            Progress progress = seen.get();
            away = 0;
            boolean failures = progress.counts().get(DeviceState.FAILED) > 0;
            if (progress.state() == MigrationState.FINISHED) {
                return Future.succeededFuture(failures ? WorkerCommand.DONE_WITH_FAILURES : WorkerCommand.DONE);
            }
            if (progress.state() == MigrationState.ABORTED) {
                return Future.succeededFuture(WorkerCommand.ABORTED);
            }
            if (orPaused && progress.state() == MigrationState.PAUSED && progress.inFlight() == 0) {
                return Future.succeededFuture(WorkerCommand.PAUSED);
            }
            return vertx.timer(1, TimeUnit.SECONDS).compose(fired -> untilDone(orPaused));
        });
    }

    /** A ledger that is away for a moment ends nothing; the stages wait for it too. */
    private Future<Optional<Progress>> away(Throwable cause) {
        away++;
        if (!SqlFailure.isPassing(cause) || away > LONGEST_ABSENCE_SECONDS) {
            return Future.failedFuture(cause);
        }
        LOG.warn("The ledger does not answer: {}", cause.getMessage());
        return Future.succeededFuture(Optional.empty());
    }

    private Future<Progress> look() {
        return ledger.migrations()
                .get(migration.id())
                .compose(now -> ledger.devices()
                        .counts(migration.id())
                        .compose(counts -> ledger.sourceChecks()
                                .alive(migration.id())
                                .map(alive -> {
                                    gauges.show(counts, alive);
                                    return meter.sample(clock.instant(), now, counts, alive);
                                })))
                .onSuccess(view::show);
    }
}
