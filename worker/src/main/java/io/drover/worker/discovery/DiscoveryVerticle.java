package io.drover.worker.discovery;

import io.drover.worker.Sweep;
import io.drover.worker.discovery.DiscoveryBus.Discovered;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires discovery to the bus and, where membership is live, to a timer. */
public final class DiscoveryVerticle extends VerticleBase {
    private final Discovery discovery;
    private final long migrationId;
    private final Duration refresh;
    private Sweep sweep;

    /** {@code refresh} is null where membership is frozen at the start. */
    public DiscoveryVerticle(Discovery discovery, long migrationId, Duration refresh) {
        this.discovery = discovery;
        this.migrationId = migrationId;
        this.refresh = refresh;
    }

    @Override
    public Future<?> start() {
        return DiscoveryBus.discover(migrationId)
                .answer(vertx, question -> run(question.migrationId()).onSuccess(found -> refreshLater()))
                .completion();
    }

    private Future<Discovered> run(long id) {
        return discovery.run(id).onSuccess(found -> DiscoveryBus.DISCOVERED.publish(vertx, found));
    }

    private void refreshLater() {
        if (refresh != null && sweep == null) {
            sweep = new Sweep(vertx, "discovery", refresh, () -> run(migrationId));
            sweep.wake();
        }
    }

    @Override
    public Future<?> stop() {
        if (sweep != null) {
            sweep.stop();
        }
        return Future.succeededFuture();
    }
}
