package io.drover.simulator.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/** The metrics of one process and the {@code /metrics} page that shows them, with those of its JVM. */
public final class MetricsPage implements AutoCloseable {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collector = new JvmGcMetrics();

    public MetricsPage(Vertx vertx) {
        this.vertx = vertx;
        collector.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        // Ends with the Vertx.
        EventLoopLag.deploy(vertx, registry);
    }

    /** Where the process's own meters belong. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Answers a scrape; the gathering, which may look at every device, happens on a worker thread. */
    public void answer(RoutingContext context) {
        vertx.executeBlocking(() -> registry.scrape(), false)
                .onSuccess(text -> context.response()
                        .putHeader("content-type", TEXT_FORMAT)
                        .end(text))
                .onFailure(context::fail);
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        collector.close();
        registry.close();
    }
}
