package io.drover.worker;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.function.Supplier;

/** A stage that nothing wakes: it sweeps at every interval, beginning when it is deployed. */
final class SweepVerticle extends VerticleBase {
    private final String name;
    private final Duration interval;
    private final Supplier<Future<?>> work;
    private Sweep sweep;

    SweepVerticle(String name, Duration interval, Supplier<Future<?>> work) {
        this.name = name;
        this.interval = interval;
        this.work = work;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(vertx, name, interval, work);
        sweep.wake();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
