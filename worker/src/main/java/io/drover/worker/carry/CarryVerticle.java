package io.drover.worker.carry;

import io.drover.worker.Sweep;
import io.drover.worker.WorkerConfig.Owned;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.OwnedStore;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.target.MigrationScope;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;

/** Wires the taking along of what devices own: sweeps for those that have arrived. */
public final class CarryVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Carrier carrier;
    private final long migrationId;
    private Sweep sweep;

    /**
     * A stage of one migration.
     *
     * @param mapping of the direction it moves in
     */
    public CarryVerticle(
            MigrationScope scope,
            OwnedMapping mapping,
            Owned.Existing existing,
            DeviceStore devices,
            OwnedStore store,
            MeterRegistry meters,
            int compression,
            long migrationId,
            Clock clock) {
        this.carrier = new Carrier(
                scope,
                new TwinWriter(mapping, existing == Owned.Existing.OVERWRITE),
                devices,
                store,
                meters,
                compression,
                clock);
        this.migrationId = migrationId;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(
                vertx,
                "what devices own",
                INTERVAL,
                () -> carrier.sweep(migrationId).onSuccess(looked -> {
                    if (Carrier.isFull(looked)) {
                        sweep.wake();
                    }
                }));
        sweep.wake();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
