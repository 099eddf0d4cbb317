package io.drover.simulator.fleet;

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
import java.util.List;

/** The HTTP of a fleet that runs in several processes: the same as that of one ({@link FleetHttp}), over all of them. */
final class FleetFront {
    private static final String HOST = "127.0.0.1";
    private static final long DEADLINE_MILLIS = 20_000;

    private final List<Member> members;
    private final WebClient client;

    /** One of them. */
    record Member(long pid, int controlPort, int from, int to) {}

    FleetFront(Vertx vertx, List<Member> members) {
        this.members = List.copyOf(members);
        this.client = WebClient.create(vertx);
    }

    /** Begins the ramp in all of them. */
    Future<Void> start() {
        return all(HttpMethod.POST, "/fleet/start").mapEmpty();
    }

    /** Listens on 127.0.0.1; fails when the port is in use. */
    Future<HttpServer> listen(Vertx vertx, int port) {
        Router router = Router.router(vertx);
        router.get("/fleet/status").handler(this::status);
        router.post("/fleet/start")
                .handler(request -> start().onSuccess(
                                done -> request.response().setStatusCode(204).end())
                        .onFailure(request::fail));
        router.get("/metrics").handler(this::metrics);
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(this::ready);
        return vertx.createHttpServer().requestHandler(router).listen(port, HOST);
    }

    private void status(RoutingContext request) {
        all(HttpMethod.GET, "/fleet/status")
                .onSuccess(answers -> request.json(StatusSum.of(answers.stream()
                                .map(HttpResponse::bodyAsJsonObject)
                                .toList())
                        .put(
                                "processes",
                                new JsonArray(
                                        members.stream().map(FleetFront::json).toList()))))
                .onFailure(request::fail);
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
        List<Future<HttpResponse<Buffer>>> asked = members.stream()
                .map(process -> client.request(method, process.controlPort(), HOST, path)
                        .timeout(DEADLINE_MILLIS)
                        .send())
                .toList();
        return Future.all(asked)
                .map(answered -> asked.stream().map(Future::result).toList());
    }
}
