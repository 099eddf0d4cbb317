package io.drover.worker.metrics;

import io.drover.worker.Sweep;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Shows where one migration stands as metrics, for as long as it is deployed. */
public final class GaugesVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Ledger ledger;
    private final Migration migration;
    private final MeterRegistry meters;
    private MigrationGauges gauges;
    private Sweep sweep;

    public GaugesVerticle(Ledger ledger, Migration migration, MeterRegistry meters) {
        this.ledger = ledger;
        this.migration = migration;
        this.meters = meters;
    }

    @Override
    public Future<?> start() {
        gauges = new MigrationGauges(meters, migration.name());
        sweep = new Sweep(vertx, "metrics of " + migration.name(), INTERVAL, this::look);
        sweep.wake();
        return Future.succeededFuture();
    }

    private Future<?> look() {
        return ledger.devices()
                .counts(migration.id())
                .compose(counts ->
                        ledger.sourceChecks().alive(migration.id()).onSuccess(alive -> gauges.show(counts, alive)));
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        gauges.close();
        return Future.succeededFuture();
    }
}
