package io.drover.simulator.fleet;

import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The HTTP of a fleet that runs in several processes: the same as that of one ({@link FleetHttp}), over all of them. */
final class FleetFront implements FleetFigures {
    private static final String HOST = "127.0.0.1";
    private static final long DEADLINE_MILLIS = 20_000;
    /** In which all processes learn of a start. */
    private static final Duration AHEAD = Duration.ofMillis(100);

    private final List<Member> members;
    private final WebClient client;
    private final Clock clock = Clock.systemUTC();

    /** One of them. */
    record Member(long pid, int controlPort, int from, int to) {}

    FleetFront(Vertx vertx, List<Member> members) {
        this.members = List.copyOf(members);
        this.client = WebClient.create(vertx);
    }

    /** Begins the load in all of them at one instant, a little ahead. */
    Future<Void> start() {
        return start(clock.instant().plus(AHEAD));
    }

    private Future<Void> start(Instant at) {
        Buffer body = new JsonObject().put("at", at.toString()).toBuffer();
        return all(HttpMethod.POST, "/fleet/start", body).mapEmpty();
    }

    /** Listens on 127.0.0.1; fails when the port is in use. */
    Future<HttpServer> listen(Vertx vertx, int port) {
        Router router = Router.router(vertx);
        router.get("/fleet/status")
                .handler(request -> status().onSuccess(request::json).onFailure(request::fail));
        router.post("/fleet/start").handler(this::startAsTold);
        router.get("/fleet/load")
                .handler(request ->
                        load().map(LoadReport::toJson).onSuccess(request::json).onFailure(request::fail));
        router.get("/fleet/devices.csv").handler(request -> FleetStart.csv(request, rows()));
        router.get("/metrics").handler(this::metrics);
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        return vertx.createHttpServer().requestHandler(router).listen(port, HOST);
    }

    private void startAsTold(RoutingContext request) {
        FleetStart.read(request, clock)
                .onSuccess(at -> {
                    Instant soon = clock.instant().plus(AHEAD);
                    start(at.isBefore(soon) ? soon : at)
                            .onSuccess(done ->
                                    request.response().setStatusCode(204).end())
                            .onFailure(request::fail);
                })
                .onFailure(wrong -> FleetStart.refuse(request, wrong));
    }

    @Override
    public Future<LoadReport> load() {
        return all(HttpMethod.GET, "/fleet/load")
                .map(answers -> LoadReport.merge(answers.stream()
                        .map(answer -> LoadReport.fromJson(answer.bodyAsJsonObject()))
                        .toList()));
    }

    @Override
    public Future<Buffer> rows() {
        return all(HttpMethod.GET, "/fleet/devices.csv").compose(answers -> {
            Buffer csv = Buffer.buffer(DeviceLog.HEADER + "\n");
            for (HttpResponse<Buffer> answer : answers) {
                if (answer.statusCode() != 200) {
                    return Future.failedFuture(FleetStart.NO_ROWS);
                }
                Buffer part = answer.body();
                csv.appendBuffer(part.slice(DeviceLog.HEADER.length() + 1, part.length()));
            }
            return Future.succeededFuture(csv);
        });
    }

    @Override
    public Future<JsonObject> status() {
        return Future.all(all(HttpMethod.GET, "/fleet/status"), load()).map(both -> {
            List<HttpResponse<Buffer>> answers = both.resultAt(0);
            LoadReport report = both.resultAt(1);
            return StatusSum.of(
                            answers.stream().map(HttpResponse::bodyAsJsonObject).toList())
                    .put("schedule", report.scheduleJson())
                    .put(
                            "processes",
                            new JsonArray(members.stream().map(FleetFront::json).toList()));
        });
    }

    private static JsonObject json(Member process) {
        return new JsonObject()
                .put("pid", process.pid())
                .put("controlPort", process.controlPort())
                .put("from", process.from())
                .put("to", process.to());
    }

    private void metrics(RoutingContext request) {
        all(HttpMethod.GET, "/metrics")
                .onSuccess(answers -> request.response()
                        .putHeader("content-type", answers.get(0).getHeader("content-type"))
                        .end(MetricsSum.of(
                                answers.stream().map(HttpResponse::bodyAsString).toList())))
                .onFailure(request::fail);
    }

    private void ready(RoutingContext request) {
        all(HttpMethod.GET, "/health/ready")
                .onSuccess(answers -> {
                    boolean ready = answers.stream().allMatch(answer -> answer.statusCode() == 200);
                    JsonObject sum = StatusSum.of(
                            answers.stream().map(HttpResponse::bodyAsJsonObject).toList());
                    request.response().setStatusCode(ready ? 200 : 503);
                    request.json(sum.put("status", ready ? "UP" : "DOWN"));
                })
                .onFailure(request::fail);
    }

    /** The answers of all, in order; fails when one gives none. */
    private Future<List<HttpResponse<Buffer>>> all(HttpMethod method, String path) {
        return all(method, path, Buffer.buffer());
    }

    private Future<List<HttpResponse<Buffer>>> all(HttpMethod method, String path, Buffer body) {
        List<Future<HttpResponse<Buffer>>> asked = members.stream()
                .map(process -> client.request(method, process.controlPort(), HOST, path)
                        .timeout(DEADLINE_MILLIS)
                        .sendBuffer(body))
                .toList();
        return Future.all(asked)
                .map(answered -> asked.stream().map(Future::result).toList());
    }
}
