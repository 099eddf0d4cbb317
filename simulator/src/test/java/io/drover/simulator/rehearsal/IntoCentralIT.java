package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real worker moves a fleet into an IoT Central application that had none of its devices, and is killed on the way. */
@Tag("long")
class IntoCentralIT {
    private static final int DEVICES = 80;

    private static final String SCENARIO = """
            name: into-central
            devices: 80
            seed: 23
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 5s
            connectRate: 500
            groups:
              - { name: obedient, weight: 84, behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..500ms } }
              - { name: late, weight: 4, behaviour: { type: offline-until, after: 25s } }
              - { name: refusing, weight: 4, behaviour: { type: refuses, status: 403 } }
              - { name: dying, weight: 4, behaviour: { type: moves-then-dies } }
              - { name: wrong-key, weight: 4, behaviour: { type: wrong-key } }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"central-to-central", "hub-to-central"})
    void theLedgerIsTheTruthWhateverTheDevicesDoThoughTheWorkerWasKilled(String direction) throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), SCENARIO);
        RehearsalRun run = RehearsalRun.of(
                folder, "--direction=" + direction, "--scenario=" + scenario, "--kill-worker-at=0.4", "--timeout=240");
        JsonNode report = run.report();
        String output = run.output();
        assertThat(report.path("workerKills").asInt()).isEqualTo(1);
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(report.path("commandedAfterArrival").asInt()).isZero();
        assertThat(report.path("states").path("MIGRATED").asInt()).as(output).isGreaterThan(DEVICES * 7 / 10);
        assertThat(report.path("reasons").path("DEVICE_REFUSED").asInt())
                .as(output)
                .isPositive();
        assertThat(report.path("reasons").path("DEVICE_OFFLINE").asInt())
                .as(output)
                .isPositive();
    }
}
