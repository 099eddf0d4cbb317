package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged scenario {@code faults}: the real worker and a fleet in a cloud where much goes wrong at once. */
class FaultsRehearsalIT {
    @TempDir
    Path folder;

    @Test
    void theLedgerIsTheTruthAndNoDeviceIsCommandedAfterItArrivedWhateverGoesWrong() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/simulator.jar",
                        "rehearse",
                        "--scenario=faults",
                        "--timeout=240",
                        "--work-dir=" + folder)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        JsonNode report =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(report.path("states").path("MIGRATED").asInt()).as(output).isEqualTo(200);
        assertThat(report.path("commandedAfterArrival").asInt()).isZero();
        assertThat(output)
                .contains("Faults that struck: ")
                .containsPattern("central-bursts [1-9]")
                .containsPattern("executed-then-504 [1-9]")
                .containsPattern("lost-ack [1-9]")
                .containsPattern("next-link-expired [1-9]")
                .containsPattern("token-endpoint-down [1-9]")
                .containsPattern("dps-slow-assignment [1-9]")
                .containsPattern("telemetry-duplicated [1-9]")
                .containsPattern("telemetry-late [1-9]");
    }
}
