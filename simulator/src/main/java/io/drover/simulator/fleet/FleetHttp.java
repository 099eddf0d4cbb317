package io.drover.simulator.fleet;

import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadStep;
import io.drover.simulator.metrics.MetricsPage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;

/**
 * The fleet's own HTTP on loopback: {@code /fleet/status}, {@code /fleet/start}, {@code /fleet/load}, {@code /fleet/devices.csv},
 * {@code /metrics}, {@code /health/…}.
 */
final class FleetHttp implements FleetFigures {
    private final FleetCounters counters;
    private final int devices;
    private final Scenario scenario;
    private final Runnable begin;
    private final Clock clock;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final MetricsPage metrics;

    /** @param devices of this process, of those of the scenario */
    FleetHttp(
            FleetCounters counters, MetricsPage metrics, int devices, Scenario scenario, Runnable begin, Clock clock) {
        this.counters = counters;
        this.devices = devices;
        this.scenario = scenario;
        this.begin = begin;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Begins the load now, once; later calls do nothing. */
    void start() {
        start(clock.instant());
    }

    private void start(Instant at) {
        if (begun.compareAndSet(false, true)) {
            counters.load().beginAt(at);
            begin.run();
        }
    }

    /** Listens on 127.0.0.1; completes with the server, fails when the port is in use. */
    Future<HttpServer> listen(Vertx vertx, int port) {
        Router router = Router.router(vertx);
        router.get("/fleet/status").handler(request -> answer(request, status()));
        router.post("/fleet/start").handler(this::startAsTold);
        router.get("/fleet/load").handler(request -> answer(request, load().map(LoadReport::toJson)));
        router.get("/fleet/devices.csv").handler(request -> FleetStart.csv(request, rows()));
        router.get("/metrics").handler(metrics::answer);
        // An answer at all shows that the event loop turns.
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        return vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1");
    }

    private static void answer(RoutingContext request, Future<JsonObject> json) {
        json.onSuccess(request::json).onFailure(request::fail);
    }

    private void startAsTold(RoutingContext request) {
        FleetStart.read(request, clock)
                .onSuccess(at -> {
                    start(at);
                    request.response().setStatusCode(204).end();
                })
                .onFailure(wrong -> FleetStart.refuse(request, wrong));
    }

    /** 200 once the fleet was started and every device has been where its behaviour wants it before the move. */
    private void ready(RoutingContext request) {
        boolean ready = begun.get() && counters.settled() >= devices;
        request.response().setStatusCode(ready ? 200 : 503);
        request.json(new JsonObject()
                .put("status", ready ? "UP" : "DOWN")
                .put("started", begun.get())
                .put("settled", counters.settled())
                .put("devices", devices));
    }

    @Override
    public Future<LoadReport> load() {
        return Future.succeededFuture(counters.load().report());
    }

    @Override
    public Future<Buffer> rows() {
        Optional<DeviceLog> log = counters.load().recorder().log();
        if (log.isEmpty()) {
            return Future.failedFuture(FleetStart.NO_ROWS);
        }
        Buffer csv = Buffer.buffer(DeviceLog.HEADER + "\n");
        log.get().rows(scenario.order(), scenario::deviceId, csv::appendString);
        return Future.succeededFuture(csv);
    }

    @Override
    public Future<JsonObject> status() {
        JsonObject engines = new JsonObject();
        for (Engine engine : Engine.values()) {
            engines.put(engine.text(), phases(counters.of(engine)::in));
        }
        JsonObject errors = new JsonObject();
        counters.errors().forEach(errors::put);
        Instant started = counters.load().startedAt();
        return Future.succeededFuture(new JsonObject()
                .put("devices", devices)
                .put("phases", phases(counters::in))
                .put("engines", engines)
                .put("errors", errors)
                .put("telemetrySent", counters.telemetry())
                .put("commandsAnswered", counters.commands())
                .put("startedAt", started == null ? null : started.toString())
                .put("arrived", counters.load().recorder().reached(LoadStep.ARRIVAL))
                .put("schedule", counters.load().scheduleReport().scheduleJson()));
    }

    private static JsonObject phases(ToLongFunction<DevicePhase> count) {
        JsonObject phases = new JsonObject();
        for (DevicePhase phase : DevicePhase.values()) {
            phases.put(phase.text(), count.applyAsLong(phase));
        }
        return phases;
    }
}
