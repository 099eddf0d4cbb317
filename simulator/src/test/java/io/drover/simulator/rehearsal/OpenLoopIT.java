package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.LoadOrder;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadStep;
import io.drover.simulator.process.ChildProcess;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fleets that come as a profile says, against a cloud of a process of its own. */
@Timeout(240)
class OpenLoopIT {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
    private static final int DEVICES = 120;
    private static final String SCENARIO = """
            name: open
            devices: %d
            seed: 5
            timeCompression: 60
            deviceId: "truck-%%03d"
            telemetryInterval: 500ms
            telemetryJitter: 100ms
            think: 10ms..50ms
            jitter: 40ms
            ramp:
              - linear: 5..25/2s
              - exponential:25..5/1s
              - step: 20/1s
              - storm: 25
            groups:
              - { name: all, weight: 1, behaviour: { type: obedient } }
            """.formatted(DEVICES);

    @TempDir
    static Path folder;

    private static ChildProcess cloud;
    private static JsonNode ready;

    @BeforeAll
    static void startCloud() throws Exception {
        cloud = child("cloud", "cloud", "--data-dir=" + folder.resolve("data"), "--no-quotas", "--time-compression=60");
        ready = cloud.awaitReady(READY);
        new RehearsalEstate(Direction.CENTRAL_TO_HUB)
                .create(
                        new ControlClient(ready.path("controlPort").asInt()),
                        "s3cret",
                        ScenarioLoader.parse("open", SCENARIO));
    }

    @AfterAll
    static void stopCloud() {
        cloud.close();
    }

    @Test
    void twoProcessesFollowOneRampAndRowsHistogramsAndTheirSumAgree() throws Exception {
        Path csv = folder.resolve("devices.csv");
        Path hdr = folder.resolve("load.hdr");
        LoadReport whole;
        try (ChildProcess fleetProcess =
                fleet("both", "--processes=2", "--csv=" + csv, "--hdr-log=" + hdr, "--lag-limit=20s", "--ready-line")) {
            ControlClient fleet = new ControlClient(
                    fleetProcess.awaitReady(READY).path("controlPort").asInt());
            fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
            until(() -> fleet.get("/fleet/status").path("phases").path("source").asInt() == DEVICES);

            JsonNode status = fleet.get("/fleet/status");
            whole = report(fleet);
            List<LoadReport> parts = new ArrayList<>();
            status.path("processes")
                    .forEach(each -> parts.add(
                            report(new ControlClient(each.path("controlPort").asInt()))));
            assertThat(parts).hasSize(2);
            for (String step : whole.steps().keySet()) {
                Histogram sum = LoadReport.histogram();
                parts.forEach(part -> sum.add(part.steps().get(step)));
                // HdrHistogram holds an empty one that was read for another than an empty one that was made.
                assertThat(whole.steps().get(step).getTotalCount()).as(step).isEqualTo(sum.getTotalCount());
                if (sum.getTotalCount() > 0) {
                    assertThat(whole.steps().get(step)).as(step).isEqualTo(sum);
                }
            }
            assertThat(status.path("schedule").path("verdict").asText()).isEqualTo("VALID");
            assertThat(ended(fleetProcess)).isZero();
        }
        rowsFollowTheProfile(csv, whole);
        assertThat(histograms(hdr).get("connect")).isEqualTo(whole.step(LoadStep.CONNECT));
    }

    private static void rowsFollowTheProfile(Path csv, LoadReport whole) throws Exception {
        Scenario scenario = ScenarioLoader.parse("open", SCENARIO);
        LoadProfile profile = scenario.profile();
        LoadOrder order = scenario.order();
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo(DeviceLog.HEADER);
        assertThat(lines).hasSize(DEVICES + 1);
        long origin = ChronoUnit.MICROS.between(Instant.EPOCH, whole.schedule().startedAt());
        Histogram connects = LoadReport.histogram();
        for (int index = 0; index < DEVICES; index++) {
            String[] row = lines.get(index + 1).split(",", -1);
            assertThat(row[0]).isEqualTo(Integer.toString(index));
            assertThat(row[1]).isEqualTo(Long.toString(order.operation(index)));
            assertThat(row[2]).isEqualTo(scenario.deviceId(index));
            long intended = (profile.intendedNanos(order.operation(index)) + scenario.jitterNanos(index)) / 1_000;
            // Each process sets its own monotonic clock against the wall clock, some moments apart.
            assertThat(Long.parseLong(row[3]) - origin).isCloseTo(intended, within(50_000L));
            assertThat(Long.parseLong(row[4])).isGreaterThanOrEqualTo(Long.parseLong(row[3]));
            connects.recordValue((Long.parseLong(row[6]) - Long.parseLong(row[3])) * 1_000);
        }
        Histogram reported = whole.step(LoadStep.CONNECT);
        assertThat(reported.getTotalCount()).isEqualTo(DEVICES);
        for (double percentile : new double[] {1, 50, 99, 100}) {
            double expected = connects.getValueAtPercentile(percentile);
            assertThat((double) reported.getValueAtPercentile(percentile))
                    .isCloseTo(expected, within(0.005 * expected + 10_000));
        }
    }

    @Test
    void aStormThatCannotBeMetIsCalledInvalidInStatusAndInThePrintedSummary() {
        List<String> said = new ArrayList<>();
        try (ChildProcess fleetProcess =
                fleet("storm", "--processes=1", "--ramp=storm:" + DEVICES, "--connect-rate=50", "--lag-limit=1ms")) {
            assertThat(fleetProcess.awaitExit(READY)).isEqualTo(1);
        }
        try (ChildProcess fleetProcess = fleet(
                "storm-again", "--processes=1", "--ramp=storm:" + (DEVICES - 1) + ",step:50/1s", "--lag-limit=1ms")) {
            String begun = fleetProcess.nextLine(READY).orElseThrow();
            ControlClient fleet =
                    new ControlClient(Integer.parseInt(begun.replaceAll(".*127\\.0\\.0\\.1:(\\d+)/.*", "$1")));
            fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
            until(() -> fleet.get("/fleet/status").path("phases").path("source").asInt() == DEVICES);
            JsonNode schedule = fleet.get("/fleet/status").path("schedule");
            assertThat(schedule.path("verdict").asText()).isEqualTo("INVALID");
            assertThat(schedule.path("reasons").get(0).asText())
                    .contains("starts were late: p99")
                    .contains("limit 1 ms");
            assertThat(ended(fleetProcess)).isZero();
            for (Optional<String> line = fleetProcess.nextLine(READY);
                    line.isPresent();
                    line = fleetProcess.nextLine(READY)) {
                said.add(line.get());
            }
        }
        assertThat(said).anyMatch(line -> line.startsWith("started " + DEVICES + " of " + DEVICES + " due"));
        assertThat(said).anyMatch(line -> line.startsWith("connect ") && line.contains(" " + DEVICES + " "));
        assertThat(said).anyMatch(line -> line.startsWith("schedule: INVALID: starts were late: p99"));
    }

    @Test
    void aGeneratorThatStoodStillIsCalledInvalid() throws Exception {
        try (ChildProcess fleetProcess = fleet("paused", "--processes=1", "--ramp=step:40/3s", "--ready-line")) {
            ControlClient fleet = new ControlClient(
                    fleetProcess.awaitReady(READY).path("controlPort").asInt());
            fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
            until(() -> report(fleet).schedule().started() > 5);
            Instant began = report(fleet).schedule().startedAt();
            signal(fleetProcess, "STOP");
            until(() -> Instant.now().isAfter(began.plusMillis(2_500)));
            signal(fleetProcess, "CONT");

            until(() -> report(fleet).schedule().started() == DEVICES);
            LoadReport report = report(fleet);
            assertThat(report.judgement()).startsWith("INVALID: starts were late: p99");
            // Those of the pause are counted from when they were meant, so none is left out.
            assertThat(report.step(LoadStep.LAG).getMaxValue())
                    .isGreaterThan(Duration.ofSeconds(1).toNanos());
        }
    }

    private static Map<String, Histogram> histograms(Path log) throws Exception {
        Map<String, Histogram> sums = new HashMap<>();
        HistogramLogReader reader = new HistogramLogReader(log.toFile());
        for (EncodableHistogram interval = reader.nextIntervalHistogram();
                interval != null;
                interval = reader.nextIntervalHistogram()) {
            assertThat(interval.getEndTimeStamp()).isGreaterThanOrEqualTo(interval.getStartTimeStamp());
            sums.computeIfAbsent(interval.getTag(), none -> LoadReport.histogram())
                    .add((Histogram) interval);
        }
        reader.close();
        return sums;
    }

    private static LoadReport report(ControlClient fleet) {
        return LoadReport.fromJson(new JsonObject(fleet.text("/fleet/load")));
    }

    /** Ends it with its standard input; its exit code. */
    private static int ended(ChildProcess process) {
        process.close();
        return process.awaitExit(READY);
    }

    private static void signal(ChildProcess process, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static ChildProcess fleet(String name, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "fleet",
                "--control=http://127.0.0.1:" + ready.path("controlPort").asInt(),
                "--https-port=" + ready.path("httpsPort").asInt(),
                "--mqtt-port=" + ready.path("mqttPort").asInt(),
                "--ca=" + ready.path("caCertificate").asText(),
                "--application=" + RehearsalEstate.APPLICATION,
                "--scenario=" + scenarioFile(),
                "--stop-with-stdin"));
        all.addAll(List.of(more));
        return ChildProcess.startAgain(name, folder, JVM, all, Map.of());
    }

    private static Path scenarioFile() {
        try {
            return Files.writeString(folder.resolve("scenario.yaml"), SCENARIO);
        } catch (java.io.IOException full) {
            throw new java.io.UncheckedIOException(full);
        }
    }

    private static ChildProcess child(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--ready-line");
        all.add("--stop-with-stdin");
        return ChildProcess.startAgain(name, folder, JVM, all, Map.of());
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + READY.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("the condition did not come true in time")
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
