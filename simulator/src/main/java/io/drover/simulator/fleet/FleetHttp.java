package io.drover.simulator.fleet;

import io.drover.simulator.fleet.lean.DevicePhase;
import io.drover.simulator.fleet.lean.FleetCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** The fleet's own HTTP on loopback: {@code /fleet/status}, {@code /fleet/start}, {@code /metrics}, {@code /health}. */
final class FleetHttp {
    private final FleetCounters counters;
    private final int devices;
    private final Runnable begin;
    private final Clock clock;
    private final AtomicReference<Instant> startedAt = new AtomicReference<>();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmMemoryMetrics memory = new JvmMemoryMetrics();

    FleetHttp(FleetCounters counters, int devices, Runnable begin, Clock clock) {
        this.counters = counters;
        this.devices = devices;
        this.begin = begin;
        this.clock = clock;
        memory.bindTo(registry);
        for (DevicePhase phase : DevicePhase.values()) {
            Gauge.builder("drover_fleet_devices", counters, counts -> counts.in(phase))
                    .description("Virtual devices by phase")
                    .tag("phase", phase.text())
                    .register(registry);
        }
        FunctionCounter.builder("drover_fleet_telemetry", counters, FleetCounters::telemetry)
                .description("Telemetry messages acknowledged by a hub")
                .register(registry);
        FunctionCounter.builder("drover_fleet_commands_answered", counters, FleetCounters::commands)
                .description("Direct methods answered")
                .register(registry);
        FunctionCounter.builder(
                        "drover_fleet_errors",
                        counters,
                        counts -> counts.errors().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .description("Failures of virtual devices, by reason in /fleet/status")
                .register(registry);
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
        router.get("/metrics")
                .handler(request -> request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(registry.scrape()));
        router.get("/health").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(request -> request.json(new JsonObject().put("status", "UP")));
        return vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1");
    }

    private void status(RoutingContext request) {
        JsonObject phases = new JsonObject();
        for (DevicePhase phase : DevicePhase.values()) {
            phases.put(phase.text(), counters.in(phase));
        }
        JsonObject errors = new JsonObject();
        counters.errors().forEach(errors::put);
        Instant started = startedAt.get();
        request.json(new JsonObject()
                .put("devices", devices)
                .put("phases", phases)
                .put("errors", errors)
                .put("telemetrySent", counters.telemetry())
                .put("commandsAnswered", counters.commands())
                .put("startedAt", started == null ? null : started.toString()));
    }
}
