package io.drover.worker.tracing;

import io.drover.worker.WorkerConfig;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Sends the process's spans to an OpenTelemetry collector by OTLP over HTTP, from a thread of its own. What the collector
 * does not take in time is dropped: a migration never waits for it.
 */
public final class Tracing implements AutoCloseable {
    /** Some 5,000 moves with their stages and calls. */
    private static final int QUEUE = 30_000;

    private static final int BATCH = 2_000;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final String PATH = "/v1/traces";

    private final OpenTelemetrySdk sdk;

    private Tracing(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
    }

    /**
     * Begins to take traces in this process, once and before anything asks for a tracer.
     *
     * @param where null to take none
     */
    public static Tracing begin(WorkerConfig.Tracing where) {
        if (where == null) {
            return new Tracing(null);
        }
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(where.endpoint() + PATH)
                .setTimeout(DEADLINE)
                .build();
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setIdGenerator(new AttemptIds())
                        .setSampler(Sampler.traceIdRatioBased(where.share()))
                        .setResource(Resource.getDefault()
                                .merge(Resource.create(
                                        Attributes.of(AttributeKey.stringKey("service.name"), "drover-worker"))))
                        .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                                .setMaxQueueSize(QUEUE)
                                .setMaxExportBatchSize(BATCH)
                                .setScheduleDelay(INTERVAL)
                                .setExporterTimeout(DEADLINE)
                                .build())
                        .build())
                .build();
        GlobalOpenTelemetry.set(sdk);
        return new Tracing(sdk);
    }

    /** Sends what is left, five seconds at most; blocks. Closing twice is harmless. */
    @Override
    public void close() {
        if (sdk != null) {
            sdk.getSdkTracerProvider().shutdown().join(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
