package io.drover.simulator.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Measures on each event loop how much later than due a timer fires: what everything else on it waits as well. */
final class EventLoopLag extends VerticleBase {
    private static final long EVERY_MILLIS = 100;

    private final Timer timer;
    private long dueNanos;

    private EventLoopLag(MeterRegistry meters) {
        this.timer = Timer.builder("drover.event.loop.lag")
                .description("How late a timer fired on an event loop")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1))
                .register(meters);
    }

    /** One for each event loop, as instances of a verticle are spread over them. */
    static Future<String> deploy(Vertx vertx, MeterRegistry meters) {
        return vertx.deployVerticle(
                () -> new EventLoopLag(meters),
                new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE));
    }

    @Override
    public Future<?> start() {
        next();
        return Future.succeededFuture();
    }

    private void next() {
        dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
        vertx.setTimer(EVERY_MILLIS, fired -> {
            timer.record(Math.max(0, System.nanoTime() - dueNanos), TimeUnit.NANOSECONDS);
            next();
        });
    }
}
