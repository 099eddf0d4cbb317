package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged scenario {@code faults}: the real worker and a fleet in a cloud where much goes wrong at once. */
@Tag("long")
class FaultsRehearsalIT {
    @TempDir
    Path folder;

    @Test
    void theLedgerIsTheTruthAndNoDeviceIsCommandedAfterItArrivedWhateverGoesWrong() throws Exception {
        RehearsalRun run = RehearsalRun.of(folder, "--scenario=faults", "--timeout=240");
        JsonNode report = run.report();
        String output = run.output();
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
