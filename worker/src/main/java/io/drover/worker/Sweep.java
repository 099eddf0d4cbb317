package io.drover.worker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a stage's work: at every interval and sooner when woken, never twice at once. A failed round is logged and
 * the next one tries again, so a lost event or a lost connection costs an interval, not a device. Use from one event loop.
 */
public final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    private final Vertx vertx;
    private final String name;
    private final long intervalMillis;
    private final Supplier<Future<?>> work;
    private long timer = -1;
    private boolean running;
    private boolean wanted;
    private boolean stopped;

    public Sweep(Vertx vertx, String name, Duration interval, Supplier<Future<?>> work) {
        this.vertx = vertx;
        this.name = name;
        this.intervalMillis = Math.max(1, interval.toMillis());
        this.work = work;
    }

    /** Starts a round now, or once more when the running one is done. */
    public void wake() {
        if (stopped) {
            return;
        }
        if (running) {
            wanted = true;
            return;
        }
        vertx.cancelTimer(timer);
        running = true;
        wanted = false;
        Future.succeededFuture().compose(now -> work.get()).onComplete(done -> {
            running = false;
            if (done.failed() && !stopped) {
                String why = done.cause().getMessage();
                LOG.warn("{}: {}", name, why == null ? done.cause().toString() : why);
                LOG.debug("{} failed", name, done.cause());
            }
            if (wanted && done.succeeded()) {
                vertx.runOnContext(next -> wake());
            } else if (!stopped) {
                timer = vertx.setTimer(intervalMillis, next -> wake());
            }
        });
    }

    /** No further rounds. */
    public void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }
}
