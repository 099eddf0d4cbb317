package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.tracing.AttemptIds;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttemptSpansTest {
    private static final Instant COMMANDED = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final OpenTelemetrySdk telemetry = telemetry(Sampler.alwaysOn());
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new OpenTelemetrySpanContext());

    @AfterEach
    void close() {
        telemetry.close();
        meters.close();
    }

    @Test
    void aMoveIsOneTraceWithASpanForEachProvenStage() {
        DeviceRow moved = migrated(1).build();

        new DeviceMeter(meters, telemetry).changed(commanded(1).build(), moved);

        AttemptTrace trace = AttemptTrace.of(moved);
        assertThat(exported.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("answer", "assignment", "telemetry", "move");
        assertThat(exported.getFinishedSpanItems())
                .allMatch(span -> span.getTraceId().equals(trace.traceId()));
        SpanData move = named("move");
        assertThat(move.getSpanId()).isEqualTo(trace.spanId());
        assertThat(move.getParentSpanContext().isValid()).isFalse();
        assertThat(took(move)).isEqualTo(Duration.ofSeconds(6));
        assertThat(took(named("assignment"))).isEqualTo(Duration.ofSeconds(2));
        assertThat(named("telemetry").getParentSpanId()).isEqualTo(trace.spanId());
        assertThat(move.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void telemetryThatWasThereBeforeTheAnswerIsAStageBeforeIt() {
        DeviceRowBuilder moved = migrated(1);
        moved.acceptedAt = moved.telemetryAt.plusSeconds(1);
        moved.finishedAt = moved.acceptedAt;

        new DeviceMeter(meters, telemetry).changed(commanded(1).build(), moved.build());

        assertThat(exported.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("assignment", "telemetry", "answer", "move");
        assertThat(took(named("telemetry"))).isEqualTo(Duration.ofSeconds(3));
        assertThat(took(named("answer"))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatWasMeasuredLeadsToTheTrace() {
        DeviceRow moved = migrated(1).build();

        new DeviceMeter(meters, telemetry).changed(commanded(1).build(), moved);

        assertThat(meters.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8"))
                .containsPattern("drover_device_moves_seconds_bucket\\{le=\"10.0\"\\} 1 # \\{.*trace_id=\""
                        + AttemptTrace.of(moved).traceId() + "\"");
    }

    @Test
    void anAttemptThatIsRepeatedIsATraceOfItsOwn() {
        DeviceRow first = commanded(1).build();
        DeviceRowBuilder again = commanded(2);
        again.retries = 1;
        DeviceRowBuilder waiting = commanded(1);
        waiting.retries = 1;
        waiting.state = DeviceState.REGISTERED;
        DeviceMeter meter = new DeviceMeter(meters, telemetry);

        meter.changed(waiting.build(), again.build());
        meter.changed(again.build(), migrated(2).build());

        List<SpanData> moves = exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("move"))
                .toList();
        assertThat(moves)
                .extracting(SpanData::getTraceId)
                .containsExactly(
                        AttemptTrace.of(first).traceId(),
                        AttemptTrace.of(again.build()).traceId());
        assertThat(moves.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(took(moves.get(0))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aDeviceThatWasNeverCommandedHasNoTrace() {
        DeviceRowBuilder excluded = new DeviceRowBuilder(new DeviceKey(1, "truck-1"), null);
        excluded.state = DeviceState.EXCLUDED;
        excluded.finishedAt = COMMANDED;
        DeviceRowBuilder pending = new DeviceRowBuilder(new DeviceKey(1, "truck-1"), null);
        pending.state = DeviceState.PENDING;

        new DeviceMeter(meters, telemetry).changed(pending.build(), excluded.build());

        assertThat(exported.getFinishedSpanItems()).isEmpty();
    }

    @Test
    void whatIsNotInTheShareIsNotTracedAndLeadsNowhere() {
        DeviceRow moved = migrated(1).build();

        new DeviceMeter(meters, telemetry(Sampler.traceIdRatioBased(0)))
                .changed(commanded(1).build(), moved);

        assertThat(exported.getFinishedSpanItems()).isEmpty();
        assertThat(meters.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8"))
                .contains("drover_device_moves_seconds_count 1")
                .doesNotContain("trace_id");
    }

    private OpenTelemetrySdk telemetry(Sampler sampler) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setIdGenerator(new AttemptIds())
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .build();
    }

    private SpanData named(String name) {
        return exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Duration took(SpanData span) {
        return Duration.ofNanos(span.getEndEpochNanos() - span.getStartEpochNanos());
    }

    private static DeviceRowBuilder commanded(int attempt) {
        DeviceRowBuilder row = new DeviceRowBuilder(new DeviceKey(1, "truck-1"), null);
        row.state = DeviceState.COMMANDED;
        row.attempt = attempt;
        row.commandedAt = COMMANDED;
        row.attemptAt = COMMANDED.plus(Duration.ofMinutes(attempt - 1L));
        return row;
    }

    /** Answered after 1 s, assigned after 3 s, telemetry after 6 s; its connection was not seen. */
    private static DeviceRowBuilder migrated(int attempt) {
        DeviceRowBuilder row = commanded(attempt);
        row.state = DeviceState.MIGRATED;
        row.acceptedAt = row.attemptAt.plusSeconds(1);
        row.assignedAt = row.attemptAt.plusSeconds(3);
        row.telemetryAt = row.attemptAt.plusSeconds(6);
        row.finishedAt = row.telemetryAt;
        row.assignedHub = "target-hub.azure-devices.net";
        return row;
    }
}
