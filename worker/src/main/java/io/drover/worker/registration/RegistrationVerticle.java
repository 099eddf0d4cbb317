package io.drover.worker.registration;

import io.drover.worker.Sweep;
import io.drover.worker.migration.MigrationBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires registration: an opened wave wakes it, a timer sweeps in case an event was lost. */
public final class RegistrationVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Registration registration;
    private final long migrationId;
    private Sweep sweep;

    public RegistrationVerticle(Registration registration, long migrationId) {
        this.registration = registration;
        this.migrationId = migrationId;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(
                vertx,
                "registration",
                INTERVAL,
                () -> registration.sweep(migrationId).onSuccess(moved -> {
                    if (moved > 0) {
                        RegistrationBus.REGISTERED.publish(vertx, new RegistrationBus.Registered(migrationId, moved));
                        sweep.wake();
                    }
                }));
        return MigrationBus.WAVE_OPENED
                .subscribe(vertx, opened -> {
                    sweep.wake();
                    return Future.succeededFuture();
                })
                .completion()
                .onSuccess(subscribed -> sweep.wake());
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
