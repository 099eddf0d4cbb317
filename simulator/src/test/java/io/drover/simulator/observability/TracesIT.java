package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a collector gets of a migration when the worker is told to send traces there, by OTLP's own messages. */
@Timeout(240)
class TracesIT {
    private static final String RECORDING = "exchanges.ndjson";
    private static final Queue<Span> SPANS = new ConcurrentLinkedQueue<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void migrate() throws Exception {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            request.getResourceSpansList()
                    .forEach(resource ->
                            resource.getScopeSpansList().forEach(scope -> SPANS.addAll(scope.getSpansList())));
            exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        ComposedPrograms programs = new ComposedPrograms(folder);
        try (EmbeddedPostgres postgres = programs.postgres()) {
            assertThat(postgres.getPort()).isPositive();
            programs.start("cloud", "--record=" + folder.resolve(RECORDING));
            programs.awaitReady("cloud", "9460");
            programs.start("fleet");
            programs.awaitReady("fleet", "9461");
            Process worker = programs.start(
                    "worker",
                    "--output=json",
                    "--set=management.tracing={ endpoint: \"http://127.0.0.1:"
                            + collector.getAddress().getPort() + "\" }");
            assertThat(worker.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).as(programs.output("worker")).isZero();
        } finally {
            programs.stop();
            collector.stop(0);
        }
    }

    @Test
    void eachDevicesMoveIsOneTraceFromTheCommandToItsTelemetry() {
        Map<String, List<Span>> traces = traces();
        assertThat(traces).hasSize(ComposedPrograms.DEVICES);
        traces.values().forEach(trace -> {
            Span move = named(trace, "move");
            assertThat(move.getParentSpanId().isEmpty()).isTrue();
            assertThat(attribute(move, "drover.state")).isEqualTo("MIGRATED");
            for (String stage : List.of("answer", "telemetry")) {
                Span span = named(trace, stage);
                assertThat(span.getParentSpanId()).as(stage).isEqualTo(move.getSpanId());
                assertThat(span.getStartTimeUnixNano()).isGreaterThanOrEqualTo(move.getStartTimeUnixNano());
                assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(move.getEndTimeUnixNano());
            }
        });
        assertThat(SPANS.stream()
                        .filter(span -> span.getName().equals("move"))
                        .map(span -> attribute(span, "drover.device"))
                        .collect(Collectors.toSet()))
                .hasSize(ComposedPrograms.DEVICES);
    }

    @Test
    void theCommandIsAPartOfTheTraceAndTellsTheServiceSo() throws IOException {
        Set<String> told = Files.readAllLines(folder.resolve(RECORDING)).stream()
                .map(TracesIT::json)
                .filter(exchange -> exchange.toString().contains("DeviceMove"))
                .flatMap(exchange -> exchange.findValues("traceparent").stream())
                .map(JsonNode::asText)
                .collect(Collectors.toSet());

        Set<String> spans = traces().values().stream()
                .map(trace -> trace.stream()
                        .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT)
                        .findFirst()
                        .orElseThrow())
                .map(call -> "00-" + hex(call.getTraceId().toByteArray()) + "-"
                        + hex(call.getSpanId().toByteArray()) + "-01")
                .collect(Collectors.toSet());
        assertThat(spans).hasSize(ComposedPrograms.DEVICES);
        assertThat(told).containsExactlyInAnyOrderElementsOf(spans);
    }

    private static Map<String, List<Span>> traces() {
        return SPANS.stream()
                .collect(Collectors.groupingBy(span -> hex(span.getTraceId().toByteArray())));
    }

    private static Span named(List<Span> trace, String name) {
        List<Span> found =
                trace.stream().filter(span -> span.getName().equals(name)).toList();
        assertThat(found).as("%s in %s", name, trace).hasSize(1);
        return found.get(0);
    }

    private static String attribute(Span span, String key) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(key))
                .map(KeyValue::getValue)
                .map(value -> value.getStringValue())
                .findFirst()
                .orElse("");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new IllegalStateException(line, e);
        }
    }
}
