package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.RecordedContract;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real worker moves a fleet from one hub to another by direct methods and is killed on the way. */
@Tag("long")
class HubToHubIT {
    private static final int DEVICES = 150;

    /** Every kind of device that a hub can tell apart; short times, as a test should not wait for slow ones. */
    private static final String SCENARIO = """
            name: hub-to-hub
            devices: 150
            seed: 11
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 5s
            connectRate: 500
            groups:
              - { name: obedient, weight: 86, behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..500ms } }
              - { name: late, weight: 4, behaviour: { type: offline-until, after: 25s } }
              - { name: offline, weight: 2, behaviour: { type: offline } }
              - { name: refusing, weight: 2, behaviour: { type: refuses, status: 403 } }
              - { name: dying, weight: 2, behaviour: { type: moves-then-dies } }
              - { name: old-firmware, weight: 2, behaviour: { type: no-handler } }
              - { name: wrong-key, weight: 2, behaviour: { type: wrong-key } }
            """;

    @TempDir
    Path folder;

    @Test
    void theLedgerIsTheTruthThoughTheWorkerWasKilledAndNoDeviceIsCommandedAfterItsArrival() throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), SCENARIO);
        Path exchanges = folder.resolve("exchanges.ndjson");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/simulator.jar",
                        "rehearse",
                        "--direction=hub-to-hub",
                        "--scenario=" + scenario,
                        "--work-dir=" + folder,
                        "--kill-worker-at=0.4",
                        "--timeout=240"))
                .redirectErrorStream(true);
        builder.environment().put("DROVER_RECORD", exchanges.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).as(output).isZero();
        JsonNode report =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(report.path("workerKills").asInt()).isEqualTo(1);
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(report.path("commandedAfterArrival").asInt()).isZero();
        assertThat(report.path("states").path("MIGRATED").asInt()).as(output).isGreaterThan(DEVICES * 8 / 10);
        assertThat(report.path("reasons").path("DEVICE_REFUSED").asInt())
                .as(output)
                .isPositive();
        assertThat(report.path("reasons").path("DEVICE_OFFLINE").asInt())
                .as(output)
                .isPositive();
        RecordedContract.holdEveryRequest(exchanges);
    }
}
