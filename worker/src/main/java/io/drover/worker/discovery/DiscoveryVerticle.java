package io.drover.worker.discovery;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Wires discovery to the bus. */
public final class DiscoveryVerticle extends VerticleBase {
    private final Discovery discovery;

    public DiscoveryVerticle(Discovery discovery) {
        this.discovery = discovery;
    }

    @Override
    public Future<?> start() {
        return DiscoveryBus.DISCOVER
                .answer(
                        vertx,
                        question -> discovery
                                .run(question.migrationId())
                                .onSuccess(found -> DiscoveryBus.DISCOVERED.publish(vertx, found)))
                .completion();
    }
}
