package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.fleet.device.DevicePhase;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet moved through the API of worker.jar serve, against the whole emulated cloud. */
@Timeout(280)
@Tag("long")
class ServedMoveIT {
    private static final String SCENARIO = """
            name: served
            devices: 200
            seed: 11
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 400
            groups:
              - { name: obedient, weight: 97, behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..300ms } }
              - { name: refusing, weight: 3, behaviour: { type: refuses, status: 403 } }
            """;

    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path data;

    @TempDir
    Path work;

    private final HttpClient http = HttpClient.newHttpClient();
    private String address;

    @Test
    void aFleetMovesThroughTheApiThoughTheWorkerIsPausedAndKilledOnTheWay() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, SCENARIO, data)) {
            fleet.start();
            Process worker = serve(fleet);
            create();
            plan();
            List<String> events = new CopyOnWriteArrayList<>();
            CompletableFuture<?> stream = listen(events, null);
            assertThat(post("/migrations/served/apply", node()).path("changed").asBoolean())
                    .isTrue();

            fleet.until(() -> fleet.in(DevicePhase.TARGET) >= 20);
            JsonNode paused = post("/migrations/served/pause", node().put("reason", "lunch"));
            assertThat(paused.path("changed").asBoolean()).isTrue();
            assertThat(get("/migrations/served").path("state").asText()).isEqualTo("PAUSED");
            assertThat(post("/migrations/served/resume", node()).path("changed").asBoolean())
                    .isTrue();

            fleet.until(() -> fleet.in(DevicePhase.TARGET) >= 80);
            worker.destroyForcibly();
            assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(fleet.in(DevicePhase.TARGET)).isLessThan(190);
            stream.exceptionally(gone -> null).get(20, TimeUnit.SECONDS);
            String last = lastId(events);
            assertThat(events).anyMatch(event -> event.contains("\"verb\":\"pause\"") && event.contains("lunch"));

            Process again = serve(fleet);
            List<String> more = new CopyOnWriteArrayList<>();
            listen(more, last);
            finished(fleet, more);
            assertThat(more).noneMatch(event -> event.contains("\"verb\":\"pause\""));
            retryOne(fleet);
            reconcile(fleet);
            stop(again);
        }
    }

    private static void finished(StagedFleet fleet, List<String> events) throws Exception {
        try {
            fleet.until(() -> events.stream().anyMatch(event -> event.contains("\"state\":\"FINISHED\"")));
        } catch (AssertionError late) {
            throw new AssertionError("not finished; last heard: " + events.get(events.size() - 1), late);
        }
    }

    private void create() throws Exception {
        ObjectNode definition = (ObjectNode) get("/migrations/" + fileMigration() + "/definition");
        definition.put("name", "served");
        HttpResponse<String> created = send("POST", "/migrations", definition, "Idempotency-Key", "create-served-1");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        HttpResponse<String> repeated = send("POST", "/migrations", definition, "Idempotency-Key", "create-served-1");
        assertThat(repeated.statusCode()).isEqualTo(201);
        assertThat(repeated.headers().firstValue("Idempotent-Replayed")).hasValue("true");
    }

    private String fileMigration() throws Exception {
        return get("/migrations").path("items").path(0).path("name").asText();
    }

    private void plan() throws Exception {
        post("/migrations/served/plan", node().put("credentials", 10));
        JsonNode plan = get("/migrations/served/plan");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (plan.path("status").asText().equals("planning") && System.nanoTime() < end) {
            plan = get("/migrations/served/plan");
        }
        assertThat(plan.path("status").asText()).as(plan.toString()).isEqualTo("ready");
        assertThat(plan.path("devices").asInt()).isEqualTo(200);
        JsonNode rows = get("/migrations/served/plan/devices?limit=500");
        assertThat(rows.path("items")).hasSize(200);
    }

    private void retryOne(StagedFleet fleet) throws Exception {
        String refusing = fleet.devicesOf("refusing")[0];
        JsonNode before = get("/migrations/served/devices/" + refusing);
        assertThat(before.path("state").asText()).isEqualTo("FAILED");
        ObjectNode one = node();
        one.putArray("devices").add(refusing);
        assertThat(post("/migrations/served/retry", one).path("message").asText())
                .contains("1 devices");
        fleet.until(() -> {
            JsonNode now = get("/migrations/served/devices/" + refusing);
            return now.path("state").asText().equals("FAILED")
                    && now.path("attempt").asInt() > before.path("attempt").asInt();
        });
        fleet.until(() -> get("/migrations/served").path("state").asText().equals("FINISHED"));
    }

    /** The report's lines against what really happened. */
    private void reconcile(StagedFleet fleet) throws Exception {
        HttpResponse<String> report = send("GET", "/migrations/served/report?format=csv", null);
        assertThat(report.headers().firstValue("content-disposition").orElse(""))
                .contains("drover-served.csv");
        Path file = Files.writeString(work.resolve("served.csv"), report.body());
        List<LedgerEntry> ledger = LedgerEntry.readAll(file);
        List<DeviceTruth> truth = IntStream.range(0, 200)
                .mapToObj(index -> fleet.truth(fleet.scenario().deviceId(index)))
                .toList();
        Reconciliation held = Reconciliation.of(ledger, truth);
        assertThat(held.mismatches()).isEmpty();
        assertThat(held.commandedAfterArrival()).isEmpty();
        assertThat(held.commandedWhileMoving()).isEmpty();
        JsonNode counts = get("/migrations/served").path("counts");
        assertThat(counts.path("MIGRATED").asInt()).isEqualTo(fleet.in(DevicePhase.TARGET));
        assertThat(counts.path("FAILED").asInt()).isEqualTo(fleet.devicesOf("refusing").length);
    }

    private Process serve(StagedFleet fleet) throws Exception {
        Process worker = fleet.startWorker(
                work,
                "serve",
                "--set=api.port=0",
                "--set=api.limits.requests=1000/s",
                "--set=migration.deadlines.answer=5s",
                "--set=migration.deadlines.assigned=10s");
        fleet.until(() -> {
            assertThat(worker.isAlive()).as(() -> read("err.txt")).isTrue();
            Matcher said = ADDRESS.matcher(read("out.txt"));
            address = said.find() ? said.group() + "/api/v1" : null;
            return address != null;
        });
        return worker;
    }

    private String read(String name) {
        try {
            return Files.readString(work.resolve(name));
        } catch (java.io.IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static void stop(Process worker) throws Exception {
        worker.destroy();
        assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Collects events, each as its lines, until the worker is gone. */
    private CompletableFuture<?> listen(List<String> events, String after) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/migrations/served/events"));
        if (after != null) {
            request.header("Last-Event-ID", after);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                .thenAcceptAsync(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(200);
                    collect(answer.body(), events);
                });
    }

    private static void collect(InputStream in, List<String> events) {
        StringBuilder event = new StringBuilder();
        try (java.io.BufferedReader lines =
                new java.io.BufferedReader(new java.io.InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    events.add(event.toString());
                    event.setLength(0);
                } else {
                    event.append(line).append('\n');
                }
            }
        } catch (java.io.IOException gone) {
            events.add("gone");
        }
    }

    private static String lastId(List<String> events) {
        List<String> ids = new ArrayList<>();
        for (String event : events) {
            event.lines().filter(line -> line.startsWith("id: ")).forEach(line -> ids.add(line.substring(4)));
        }
        return ids.get(ids.size() - 1);
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, null);
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private JsonNode post(String path, ObjectNode body) throws Exception {
        HttpResponse<String> answer = send("POST", path, body);
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isBetween(200, 202);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, JsonNode body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
