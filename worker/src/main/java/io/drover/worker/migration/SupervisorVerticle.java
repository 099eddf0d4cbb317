package io.drover.worker.migration;

import io.drover.worker.Sweep;
import io.drover.worker.discovery.DiscoveryBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires supervision: discovery wakes it, and a timer sees operators' verbs, counts and deadlines. */
public final class SupervisorVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Supervisor supervisor;
    private final long migrationId;
    private Sweep sweep;

    public SupervisorVerticle(Supervisor supervisor, long migrationId) {
        this.supervisor = supervisor;
        this.migrationId = migrationId;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(
                vertx,
                "supervision",
                INTERVAL,
                () -> supervisor.sweep(
                        migrationId,
                        wave -> MigrationBus.WAVE_OPENED.publish(
                                vertx, new MigrationBus.WaveOpened(migrationId, wave))));
        return DiscoveryBus.DISCOVERED
                .subscribe(vertx, found -> {
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
