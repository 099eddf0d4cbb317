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
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

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
        router.get("/metrics").handler(call -> {
            String accept = call.request().getHeader("accept");
            // Only this form can name the trace behind a measurement.
            String form = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
            vertx.executeBlocking(() -> meters.scrape(form), false)
                    .onSuccess(text ->
                            call.response().putHeader("content-type", form).end(text))
                    .onFailure(call::fail);
        });
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
