package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole programs: what devices own goes with them in each direction and back, in each registration mode. Needs the jars. */
@Timeout(280)
@Tag("long")
class TwinsRehearsalIT {
    private static final String SCENARIO = """
            name: twins
            devices: 24
            seed: 8
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 100
            twins: true
            groups:
              - { name: grouped, weight: 3, behaviour: { type: obedient } }
              - { name: own-key, weight: 1, credential: device-key, behaviour: { type: obedient } }
            worker:
              migration: { registration: REGISTRATION, verification: telemetry+twin }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "CENTRAL_TO_HUB, preregister, false",
        "HUB_TO_HUB, individual, false",
        "CENTRAL_TO_CENTRAL, enrollment, false",
        "HUB_TO_CENTRAL, enrollment, true"
    })
    void whatDevicesOwnIsAtTheTargetAndAtTheSourceAgainThoughTheWorkerIsKilled(
            Direction direction, String registration, boolean back) throws Exception {
        Path scenario =
                Files.writeString(folder.resolve("scenario.yaml"), SCENARIO.replace("REGISTRATION", registration));
        List<String> options = new ArrayList<>(List.of(
                "--scenario=" + scenario,
                "--direction=" + direction.text(),
                "--demand-twins",
                "--kill-worker-at=0.4",
                "--timeout=200"));
        if (back) {
            options.add("--there-and-back");
        }

        JsonNode report =
                RehearsalRun.of(folder, options.toArray(String[]::new)).report();

        assertThat(report.path("states").path("MIGRATED").asInt()).isEqualTo(24);
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(report.path("twins").path("compared").asInt()).isEqualTo(24);
        assertThat(report.path("twins").path("differences")).isEmpty();
        assertThat(report.path("workerKills").asInt()).isEqualTo(back ? 2 : 1);
        if (back) {
            assertThat(report.path("back").path("twinDifferences")).isEmpty();
        }
    }
}
