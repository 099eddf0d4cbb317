package io.drover.worker.cleanup;

import io.drover.worker.Sweep;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires the look whether moved devices have gone quiet at the source; nothing waits for it. */
public final class QuietVerticle extends VerticleBase {
    private final QuietCheck check;
    private final Duration interval;
    private Sweep sweep;

    public QuietVerticle(QuietCheck check, Duration interval) {
        this.check = check;
        this.interval = interval;
    }

    @Override
    public Future<?> start() {
        sweep = new Sweep(vertx, "quiet at the source", interval, check::sweep);
        sweep.wake();
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
