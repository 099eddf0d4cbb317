package io.drover.worker.cli;

import io.drover.worker.WorkerConfig.Management;
import io.drover.worker.metrics.EventLoopLag;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.util.function.Supplier;

/** Serves {@code /metrics}, {@code /health/live} and {@code /health/ready} apart from anything else. */
final class ManagementServer {
    private ManagementServer() {}

    /**
     * Fails with one clear message when the port is taken.
     *
     * @param ready asked at each readiness probe; succeeds when the process can do its work
     */
    static Future<HttpServer> listen(
            Vertx vertx, Management where, PrometheusMeterRegistry meters, Supplier<Future<Void>> ready) {
        Router router = Router.router(vertx);
        observeProcess(meters);
        router.get("/metrics")
                .handler(call -> vertx.executeBlocking(() -> meters.scrape(), false)
                        .onSuccess(text -> call.response()
                                .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                                .end(text))
                        .onFailure(call::fail));
        router.get("/health/live").handler(call -> call.json(new io.vertx.core.json.JsonObject().put("status", "UP")));
        router.get("/health/ready")
                .handler(call -> ready.get()
                        .onSuccess(up -> call.json(new io.vertx.core.json.JsonObject().put("status", "UP")))
                        .onFailure(down -> call.response()
                                .setStatusCode(503)
                                .putHeader("content-type", "application/json")
                                .end("{\"status\":\"DOWN\"}")));
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(where.port(), where.host())
                .compose(server -> EventLoopLag.deploy(vertx, meters).map(server))
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "Cannot listen on " + where.host() + ":" + where.port() + " (" + cause.getMessage()
                                + "). Stop what uses the port, or set management.port to a free one or 0.",
                        cause)));
    }

    /** Lives as long as the process, like the registry it feeds. */
    @SuppressWarnings("resource")
    private static void observeProcess(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmGcMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
    }
}
