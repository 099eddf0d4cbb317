package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.cluster.ClusterSecret;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadStep;
import io.drover.simulator.process.ChildProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet of members that a coordinator leads, each a process as on a machine of its own, against one cloud. */
@Timeout(300)
class DistributedFleetIT {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DEVICES = 41;
    private static final String SECRET = "known-to-this-fleet-only";

    @TempDir
    static Path folder;

    private static Path scenario;
    private static ChildProcess cloudProcess;
    private static JsonNode cloud;

    @BeforeAll
    static void startCloud() throws Exception {
        scenario = Files.writeString(folder.resolve("scenario.yaml"), """
                name: spread
                devices: 1000
                seed: 5
                timeCompression: 60
                deviceId: "truck-%03d"
                telemetryInterval: 500ms
                connectRate: 200
                groups:
                  - { name: all, weight: 1, behaviour: { type: obedient } }
                """);
        cloudProcess = start(
                "cloud",
                Map.of(),
                "cloud",
                "--data-dir=" + folder.resolve("data"),
                "--no-quotas",
                "--time-compression=60",
                "--ready-line",
                "--stop-with-stdin");
        cloud = cloudProcess.awaitReady(READY);
        new RehearsalEstate(Direction.CENTRAL_TO_HUB)
                .create(
                        new ControlClient(cloud.path("controlPort").asInt()),
                        "s3cret",
                        ScenarioLoader.load(scenario.toString()).withDevices(DEVICES));
    }

    @AfterAll
    static void stopCloud() {
        cloudProcess.close();
    }

    @Test
    void threeMembersAreOneFleetWithOneReportAndNobodyJoinsLater() throws Exception {
        Path report = folder.resolve("whole.json");
        Path rows = folder.resolve("whole.csv");
        try (ChildProcess coordinator =
                coordinator("whole", Map.of(), "--members=a,b,c", "--report=" + report, "--csv=" + rows)) {
            JsonNode listening = coordinator.awaitReady(READY);
            try (ChildProcess first = member("a", listening, Map.of(), "--weight=2");
                    ChildProcess second = member("b", listening, Map.of(), "--weight=1");
                    ChildProcess third = member("c", listening, Map.of(), "--weight=1", "--processes=2")) {
                ControlClient fleet = new ControlClient(
                        coordinator.awaitReady(READY).path("controlPort").asInt());
                until(() -> phase(fleet, "waiting") == DEVICES);
                assertRanges(fleet.get("/fleet/status").path("members"));

                try (ChildProcess late = member("d", listening, Map.of())) {
                    assertThat(late.awaitExit(READY)).isEqualTo(1);
                    assertThat(log("d")).contains("the coordinator refuses: the fleet is complete: 3 of 3 members");
                }
                fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());

                until(() -> phase(fleet, "source") == DEVICES);
                assertThat(connected()).isEqualTo(DEVICES);
                until(() -> fleet.get("/fleet/load").at("/steps/connect/count").asInt() == DEVICES);
                until(() -> fleet.text("/metrics")
                        .contains("drover_fleet_devices{engine=\"lean\",phase=\"source\"} " + DEVICES + ".0"));
                assertThat(fleet.text("/metrics")).contains("member=\"3\"").contains("process=\"2\"");
                until(() -> isReady(fleet));
                until(() -> fleet.get("/fleet/status").path("telemetrySent").asInt() > 0);
                assertThat(fleet.get("/health/ready").path("settled").asInt()).isEqualTo(DEVICES);

                fleet.post("/fleet/stop", JsonNodeFactory.instance.objectNode());

                assertThat(coordinator.awaitExit(READY)).as(log("whole")).isEqualTo(0);
                for (ChildProcess member : List.of(first, second, third)) {
                    assertThat(member.awaitExit(READY)).isEqualTo(0);
                }
            }
        }
        assertThat(log("whole")).contains("COMPLETE: scenario spread, 41 devices, seed 5, 3 members");
        assertWhole(JSON.readTree(report.toFile()));
        assertThat(Files.readAllLines(rows)).hasSize(1 + DEVICES);
        until(() -> connected() == 0);
    }

    @Test
    @Tag("long")
    void aMemberThatDiesIsNamedWithItsDevicesAndTheRunEndsIncomplete() throws Exception {
        Path report = folder.resolve("broken.json");
        try (ChildProcess coordinator =
                coordinator("broken", Map.of(), "--members=2", "--autostart", "--report=" + report)) {
            JsonNode listening = coordinator.awaitReady(READY);
            try (ChildProcess survivor = member("survivor", listening, Map.of());
                    ChildProcess victim = member("victim", listening, Map.of())) {
                ControlClient fleet = new ControlClient(
                        coordinator.awaitReady(READY).path("controlPort").asInt());
                until(() -> phase(fleet, "source") == DEVICES);
                long began = System.nanoTime();

                victim.kill();

                assertThat(coordinator.awaitExit(Duration.ofSeconds(40))).isEqualTo(1);
                assertThat(survivor.awaitExit(Duration.ofSeconds(40))).isEqualTo(1);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
            }
        }
        JsonNode written = JSON.readTree(report.toFile());
        JsonNode lost = member(written, "victim");
        assertThat(log("broken"))
                .contains("Incomplete: member 'victim'")
                .contains("with devices " + lost.path("from").asInt() + " to "
                        + (lost.path("to").asInt() - 1) + " was lost:");
        assertThat(written.path("complete").asBoolean()).isFalse();
        assertThat(lost.path("state").asText()).isEqualTo("lost");
        assertThat(written.path("total").path("status").path("devices").asInt())
                .isEqualTo(member(written, "survivor")
                        .path("status")
                        .path("devices")
                        .asInt())
                .isPositive();
        assertThat(log("survivor")).contains("was lost");
        until(() -> connected() == 0);
    }

    @Test
    @Tag("long")
    void aStrangerIsRefusedAndWhoIsMissingIsNamed() throws Exception {
        Map<String, String> known = Map.of(ClusterSecret.VARIABLE, SECRET);
        try (ChildProcess coordinator = coordinator("short", known, "--members=a,b,c", "--join-within=30")) {
            JsonNode listening = coordinator.awaitReady(READY);
            try (ChildProcess stranger = member("b", listening, Map.of(ClusterSecret.VARIABLE, "guessed"));
                    ChildProcess member = member("a", listening, known)) {
                assertThat(stranger.awaitExit(READY)).isEqualTo(1);
                assertThat(log("b")).contains("the coordinator refuses: the secrets differ");
                assertThat(coordinator.awaitExit(READY)).isEqualTo(1);
                assertThat(member.awaitExit(READY)).isEqualTo(1);
            }
        }
        assertThat(log("short"))
                .contains("Refused 'b'", "1 of 3 members have joined (a); missing: b, c after 30 s")
                .doesNotContain(SECRET, "guessed");
        assertThat(log("a")).contains("the coordinator gave up").doesNotContain(SECRET);
    }

    private static void assertRanges(JsonNode members) {
        int next = 0;
        for (JsonNode member : members) {
            assertThat(member.path("from").asInt()).isEqualTo(next);
            next = member.path("to").asInt();
        }
        assertThat(next).isEqualTo(DEVICES);
        assertThat(size(member(members, "a"))).isBetween(20, 21);
        assertThat(size(member(members, "b"))).isBetween(10, 11);
    }

    /** The total is the sum of the members, and tells what the cloud saw. */
    private static void assertWhole(JsonNode report) {
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("startSpreadMillis").asDouble()).isPositive().isLessThan(5_000);
        assertLoads(report);
        JsonNode total = report.path("total").path("status");
        assertThat(total.path("devices").asInt()).isEqualTo(DEVICES);
        assertThat(total.path("phases").path("source").asInt()).isEqualTo(DEVICES);
        for (String figure : List.of("/devices", "/telemetrySent", "/phases/source", "/engines/lean/source")) {
            long sum = 0;
            for (JsonNode member : report.path("members")) {
                assertThat(member.path("status").at(figure).isNumber())
                        .as(figure)
                        .isTrue();
                sum += member.path("status").at(figure).asLong();
            }
            assertThat(total.at(figure).asLong()).as(figure).isEqualTo(sum).isPositive();
        }
    }

    /** The merged histograms are those of the members, value by value. */
    private static void assertLoads(JsonNode report) {
        List<LoadReport> loads = new ArrayList<>();
        report.path("members").forEach(member -> loads.add(load(member)));
        LoadReport total = load(report.path("total"));
        LoadReport sum = LoadReport.merge(loads);
        assertThat(total.steps()).containsOnlyKeys(sum.steps().keySet());
        // Two empty histograms of HdrHistogram are not equal once one of them was read from its bytes.
        total.steps().forEach((step, times) -> {
            if (times.getTotalCount() == 0) {
                assertThat(sum.steps().get(step).getTotalCount()).as(step).isZero();
            } else {
                assertThat(times).as(step).isEqualTo(sum.steps().get(step));
            }
        });
        assertThat(total.step(LoadStep.CONNECT).getTotalCount()).isEqualTo(DEVICES);
        assertThat(total.schedule().started()).isEqualTo(DEVICES);
    }

    private static LoadReport load(JsonNode of) {
        return LoadReport.fromJson(new JsonObject(of.path("load").toString()));
    }

    private static JsonNode member(JsonNode of, String name) {
        for (JsonNode member : of.isArray() ? of : of.path("members")) {
            if (member.path("name").asText().equals(name)) {
                return member;
            }
        }
        throw new AssertionError("no member " + name + " in " + of);
    }

    private static int size(JsonNode member) {
        return member.path("to").asInt() - member.path("from").asInt();
    }

    private static boolean isReady(ControlClient fleet) {
        try {
            return fleet.get("/health/ready").path("status").asText().equals("UP");
        } catch (RehearsalException notYet) {
            return false;
        }
    }

    private static int phase(ControlClient fleet, String phase) {
        return fleet.get("/fleet/status").path("phases").path(phase).asInt();
    }

    /** Devices that the cloud sees connected. */
    private static int connected() {
        List<JsonNode> connected = new ArrayList<>();
        new ControlClient(cloud.path("controlPort").asInt())
                .lines("/control/truth?" + Direction.CENTRAL_TO_HUB.source().query(), line -> {
                    if (line.path("source").path("connected").asBoolean()) {
                        connected.add(line);
                    }
                });
        return connected.size();
    }

    private static String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException none) {
            return "no log: " + none;
        }
    }

    private static ChildProcess coordinator(String name, Map<String, String> environment, String... options) {
        List<String> all = new ArrayList<>(List.of(
                "coordinator",
                "--control=http://127.0.0.1:" + cloud.path("controlPort").asInt(),
                "--https-port=" + cloud.path("httpsPort").asInt(),
                "--mqtt-port=" + cloud.path("mqttPort").asInt(),
                "--ca=" + cloud.path("caCertificate").asText(),
                "--application=" + RehearsalEstate.APPLICATION,
                "--scenario=" + scenario,
                "--devices=" + DEVICES,
                "--cluster-port=0",
                "--ready-line",
                "--stop-with-stdin"));
        all.addAll(List.of(options));
        return start(name, environment, all.toArray(String[]::new));
    }

    private static ChildProcess member(
            String name, JsonNode listening, Map<String, String> environment, String... options) {
        List<String> all = new ArrayList<>(List.of(
                "fleet",
                "--join=127.0.0.1:" + listening.path("clusterPort").asInt(),
                "--name=" + name,
                "--stop-with-stdin"));
        all.addAll(List.of(options));
        return start(name, environment, all.toArray(String[]::new));
    }

    private static ChildProcess start(String name, Map<String, String> environment, String... arguments) {
        return ChildProcess.startAgain(name, folder, JVM, List.of(arguments), environment);
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + READY.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("the condition did not come true in time")
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
