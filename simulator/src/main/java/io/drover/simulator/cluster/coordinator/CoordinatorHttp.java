package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.fleet.MetricsSum;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The HTTP of a fleet on several machines: as that of one process, over all members; and {@code POST /fleet/stop}, which ends it. */
final class CoordinatorHttp {
    private static final String HOST = "127.0.0.1";
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final Coordinator coordinator;
    private final MembersFigures figures;
    private final Runnable stop;

    CoordinatorHttp(Coordinator coordinator, Runnable stop) {
        this.coordinator = coordinator;
        this.figures = new MembersFigures(coordinator);
        this.stop = stop;
    }

    /** Listens on 127.0.0.1; fails with a {@link ClusterException} when the port is in use. */
    Future<HttpServer> listen(Vertx vertx, int port) {
        Router router = Router.router(vertx);
        router.get("/fleet/status")
                .handler(request -> coordinator
                        .view()
                        .onSuccess(sum -> request.json(sum.status()))
                        .onFailure(request::fail));
        router.post("/fleet/start")
                .handler(request -> coordinator
                        .begin()
                        .onSuccess(
                                begun -> request.response().setStatusCode(204).end())
                        .onFailure(failure -> refuse(request, 409, failure)));
        router.post("/fleet/stop").handler(request -> {
            stop.run();
            request.response().setStatusCode(204).end();
        });
        router.get("/fleet/load")
                .handler(request -> coordinator
                        .view()
                        .onSuccess(sum -> sum.load()
                                .ifPresentOrElse(
                                        load -> request.json(load.toJson()),
                                        () -> request.response()
                                                .setStatusCode(503)
                                                .end("no devices yet\n")))
                        .onFailure(request::fail));
        router.get("/fleet/devices.csv")
                .handler(request -> figures.rows()
                        .onSuccess(rows -> request.response()
                                .putHeader("content-type", "text/csv; charset=utf-8")
                                .end(rows))
                        .onFailure(failure -> refuse(request, 404, failure)));
        router.get("/metrics")
                .handler(request -> coordinator
                        .get("/metrics")
                        .onSuccess(pages -> request.response()
                                .putHeader("content-type", TEXT_FORMAT)
                                .end(MetricsSum.of("member", pages)))
                        .onFailure(failure -> refuse(request, 503, failure)));
        router.get("/health/live").handler(request -> request.json(new JsonObject().put("status", "UP")));
        router.get("/health/ready")
                .handler(request -> coordinator
                        .view()
                        .onSuccess(sum -> {
                            request.response().setStatusCode(sum.ready() ? 200 : 503);
                            request.json(sum.health());
                        })
                        .onFailure(request::fail));
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(port, HOST)
                .recover(failure -> Future.failedFuture(new ClusterException("port " + port + " cannot be used: "
                        + failure.getMessage() + "; choose another with --control-port, or 0 for any")));
    }

    private static void refuse(RoutingContext request, int status, Throwable failure) {
        request.response().setStatusCode(status).end(failure.getMessage() + "\n");
    }
}
