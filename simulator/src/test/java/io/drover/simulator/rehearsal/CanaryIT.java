package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.WorkerProgram;
import io.drover.simulator.contract.WireSecrets;
import io.drover.simulator.process.LocalPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the worker writes down or answers, at its most talkative and while much goes wrong, shows no secret. */
@Timeout(240)
class CanaryIT {
    private static final String TOKEN = "canary-of-the-webhook-7f3a91c2";
    private static final String SCENARIO = """
            name: canary
            devices: 24
            seed: 5
            timeCompression: 60
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 100
            twins: true
            groups:
              - { name: group-key, weight: 4, behaviour: { type: obedient } }
              - { name: device-key, weight: 4, behaviour: { type: obedient }, credential: device-key }
              - { name: refusing, weight: 3, behaviour: { type: refuses, status: 403 }, credential: device-key }
              - { name: wrong, weight: 3, behaviour: { type: wrong-key }, credential: device-key }
              - { name: certificate, weight: 3, behaviour: { type: obedient }, credential: device-certificate }
            faults:
              - { name: throttles, fault: throttled, service: central }
              - { name: fails, fault: server-error, service: dps-rest }
              - { name: refuses, fault: forbidden, service: hub-rest, count: 1, every: 5 }
              - { name: breaks, fault: truncated-body, service: dps-rest }
              - { fault: short-lived-tokens, delay: 5s }
              - { fault: token-endpoint-down, skip: 1, count: 2, for: 1h }
            """;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Map<String, String> written = new TreeMap<>();

    @TempDir
    Path data;

    @TempDir
    Path work;

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void noSecretLeavesTheWorker(String format) throws Exception {
        Map<String, String> environment =
                Map.of("DROVER_LOG_FORMAT", format, WorkerConfiguration.WEBHOOK_TOKEN_VARIABLE, TOKEN);
        try (StagedFleet fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, SCENARIO, data)) {
            fleet.start();
            int management = LocalPorts.free();
            int webhook = LocalPorts.free();
            String[] apply = {
                "apply",
                "--verbose",
                "--output=json",
                "--set=management.port=" + management,
                "--set=webhook.port=" + webhook,
                "--set=migration.attempts=1",
                "--set=migration.deadlines={ answer: 5s, assigned: 15s, connected: 15s, telemetry: 15s, offline: 15s }",
                "--set=webhook.token.env=" + WorkerConfiguration.WEBHOOK_TOKEN_VARIABLE
            };
            keep("plan", fleet.worker(work, environment, "plan", "--verbose", "--output=json", "--save=plan.json"));

            CompletableFuture<WorkerProgram.Ended> applied = CompletableFuture.supplyAsync(() -> {
                try {
                    return fleet.worker(work, environment, apply);
                } catch (Exception failed) {
                    throw new CompletionException(failed);
                }
            });
            FaultPlan faults = new FaultPlan(fleet.control(), fleet.scenario().faults());
            for (boolean faulty = false; !applied.isDone(); ) {
                ask(management, webhook);
                if (!faulty && written.containsKey("/metrics")) {
                    faults.switchOn();
                    faulty = true;
                }
            }
            keep("apply", applied.get());
            for (String output : List.of("table", "json", "csv", "html")) {
                keep("report-" + output, fleet.worker(work, environment, "report", "--verbose", "--output=" + output));
            }
            keep("audit", fleet.worker(work, environment, "audit", "--verbose"));
        }

        WireSecrets secrets = WireSecrets.of(data.resolve("exchanges.ndjson"), TOKEN, "s3cret");
        assertThat(secrets.count()).isGreaterThan(24);
        assertThat(written).containsKeys("/metrics", "/health/ready", "webhook 401", "webhook 400");
        written.forEach(secrets::areNotIn);
        assertThat(files()).extracting(file -> file.getFileName().toString()).contains("ledger.db", "plan.json");
        for (Path file : files()) {
            secrets.areNotIn(file);
        }
    }

    private void keep(String command, WorkerProgram.Ended ended) {
        assertThat(ended.code()).as(ended.err()).isIn(0, 2);
        assertThat(command.startsWith("apply") ? ended.err() : "-").isNotBlank();
        written.put(command + " output", ended.out());
        written.put(command + " log", ended.err());
    }

    /** What the worker answers on its ports, while it has them. */
    private void ask(int management, int webhook) throws InterruptedException {
        for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
            answer(path, HttpRequest.newBuilder(at(management, path)));
        }
        for (String token : List.of(TOKEN, TOKEN + "x")) {
            answer(
                    "webhook",
                    HttpRequest.newBuilder(at(webhook, "/hooks/central/connectivity"))
                            .header("authorization", token)
                            .POST(HttpRequest.BodyPublishers.ofString("no event")));
        }
        TimeUnit.MILLISECONDS.sleep(200);
    }

    private void answer(String place, HttpRequest.Builder request) throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
            written.merge(
                    place.equals("webhook") ? place + " " + answer.statusCode() : place,
                    answer.headers().map() + answer.body(),
                    String::concat);
        } catch (IOException notYetOrNotAnyMore) {
            // The ports open after the preflight and close with the process.
        }
    }

    private static URI at(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** All the worker's folder but the keys that the fleet's owner put there. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(work)) {
            return new ArrayList<>(all.filter(Files::isRegularFile).toList());
        }
    }
}
