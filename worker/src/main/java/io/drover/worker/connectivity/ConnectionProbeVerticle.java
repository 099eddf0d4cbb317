package io.drover.worker.connectivity;

import io.drover.worker.Sweep;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires the probe for devices that come back to a timer. */
public final class ConnectionProbeVerticle extends VerticleBase {
    private final ConnectionProbe probe;
    private final Duration interval;
    private Sweep sweep;

    public ConnectionProbeVerticle(ConnectionProbe probe, Duration interval) {
        this.probe = probe;
        this.interval = interval;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(vertx, "connection probe", interval, probe::round);
        sweep.wake();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
