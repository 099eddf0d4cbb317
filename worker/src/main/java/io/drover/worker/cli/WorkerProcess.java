package io.drover.worker.cli;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfigLoader;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.HostNames;
import io.drover.worker.azure.hub.TrustStore;
import io.drover.worker.tracing.Tracing;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** What each command runs in: configuration, Vert.x and meters. Closing it ends the process's work. */
final class WorkerProcess implements AutoCloseable {
    final WorkerConfig config;
    final Vertx vertx;
    /** What is measured within a span leads to its trace, where a scrape asks for that. */
    final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new OpenTelemetrySpanContext());

    private final Tracing tracing;

    WorkerProcess(CommonOptions options) throws IOException, GeneralSecurityException {
        this(options, WorkerConfigLoader.load(options.config, options.settings));
    }

    WorkerProcess(CommonOptions options, WorkerConfig loaded) throws IOException, GeneralSecurityException {
        config = loaded;
        trust(config);
        tracing = Tracing.begin(config.management().tracing());
        vertx = Vertx.vertx(
                HostNames.vertxOptions(new VertxOptions(), config.entra().authority(), AzureClients.rules(config)));
        // A stop asked for by a signal ends as any other: sweeps stop and the ledger is closed.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
        if (options.stopWithStdin) {
            Thread watcher = new Thread(WorkerProcess::haltAtEndOfInput, "stdin");
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    /** Microsoft's AMQP client knows no other trust than the process's default. */
    private static void trust(WorkerConfig config) throws IOException, GeneralSecurityException {
        if (config.network().trustedCa() != null) {
            TrustStore.defaultsAnd(config.network().trustedCa()).installAsDefault();
        }
    }

    /** Waits on the main thread, never on an event loop. */
    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }

    /** WorkerMain sets jdk.console=java.base, with which newer JDKs too give no console unless both ends are one. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean onTerminal() {
        return System.console() != null;
    }

    private static void haltAtEndOfInput() {
        InputStream in = System.in;
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            LoggerFactory.getLogger(WorkerProcess.class).debug("Standard input failed", closed);
        }
        Runtime.getRuntime().halt(WorkerCommand.ERROR);
    }

    /** Closes verticles, pools and sockets, ten seconds at most; the result already stands. Closing twice is harmless. */
    @Override
    public void close() {
        // Verticles first: a sweep under way must not find its connections closed.
        Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList())
                .transform(undeployed -> vertx.close())
                .toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, 10, TimeUnit.SECONDS)
                .exceptionally(failure -> {
                    LoggerFactory.getLogger(WorkerProcess.class).warn("Vert.x did not close cleanly", failure);
                    return null;
                })
                .join();
        tracing.close();
    }
}
