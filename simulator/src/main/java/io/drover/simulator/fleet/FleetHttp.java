package io.drover.simulator.fleet;

import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.metrics.MetricsPage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;

/** The fleet's own HTTP on loopback: {@code /fleet/status}, {@code /fleet/start}, {@code /metrics}, {@code /health/…}. */
final class FleetHttp {
    private final FleetCounters counters;
    private final int devices;
    private final Runnable begin;
    private final Clock clock;
    private final AtomicReference<Instant> startedAt = new AtomicReference<>();
    private final MetricsPage metrics;

    FleetHttp(FleetCounters counters, MetricsPage metrics, int devices, Runnable begin, Clock clock) {
        this.counters = counters;
        this.devices = devices;
        this.begin = begin;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Begins the ramp, once; later calls do nothing. */
    void start() {
        if (startedAt.compareAndSet(null, clock.instant())) {
            begin.run();
        }
    }

    /** Listens on 127.0.0.1; completes with the server, fails when the port is in use. */
    Future<HttpServer> listen(Vertx vertx, int port) {
        Router router = Router.router(vertx);
        router.get("/fleet/status").handler(this::status);
        router.post("/fleet/start").handler(request -> {
            start();
            request.response().setStatusCode(204).end();
        });
        router.get("/metrics").handler(metrics::answer);
        // An answer at all shows that the event loop turns.
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        return vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1");
    }

    /** 200 once the fleet was started and every device has been where its behaviour wants it before the move. */
    private void ready(RoutingContext request) {
        boolean ready = startedAt.get() != null && counters.settled() >= devices;
        request.response().setStatusCode(ready ? 200 : 503);
        request.json(new JsonObject()
                .put("status", ready ? "UP" : "DOWN")
                .put("started", startedAt.get() != null)
                .put("settled", counters.settled())
                .put("devices", devices));
    }

    private void status(RoutingContext request) {
        JsonObject engines = new JsonObject();
        for (Engine engine : Engine.values()) {
            engines.put(engine.text(), phases(counters.of(engine)::in));
        }
        JsonObject errors = new JsonObject();
        counters.errors().forEach(errors::put);
        Instant started = startedAt.get();
        request.json(new JsonObject()
                .put("devices", devices)
                .put("phases", phases(counters::in))
                .put("engines", engines)
                .put("errors", errors)
                .put("telemetrySent", counters.telemetry())
                .put("commandsAnswered", counters.commands())
                .put("startedAt", started == null ? null : started.toString()));
    }

    private static JsonObject phases(ToLongFunction<DevicePhase> count) {
        JsonObject phases = new JsonObject();
        for (DevicePhase phase : DevicePhase.values()) {
            phases.put(phase.text(), count.applyAsLong(phase));
        }
        return phases;
    }
}
