package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole programs: a fleet moved and returned by the worker. Needs the jars. */
@Timeout(280)
@Tag("long")
class FailbackIT {
    /** All but the last kinds arrive; those that stay are no part of the return. */
    private static final String SCENARIO = """
            name: failback
            devices: 100
            seed: 5
            timeCompression: 20
            deviceId: "truck-%06d"
            telemetryInterval: 1s
            connectRate: 500
            twins: true
            groups:
              - { name: obedient, weight: 94, behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..500ms } }
              - { name: old-firmware, weight: 4, behaviour: { type: no-handler } }
              - { name: offline, weight: 2, behaviour: { type: offline } }
            """;

    @TempDir
    Path folder;

    @Test
    void whatMovedReturnsThoughTheWorkerIsKilledOnEitherWayAndOwnsAtTheSourceWhatItOwned() throws Exception {
        JsonNode report = rehearse("--there-and-back", "--kill-worker-at=0.3", "--demand-twins");

        long moved = report.path("states").path("MIGRATED").asLong();
        JsonNode back = report.path("back");
        assertThat(moved).isGreaterThan(85);
        assertThat(report.path("workerKills").asInt()).isEqualTo(2);
        assertThat(back.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(back.path("states").path("MIGRATED").asLong()).isEqualTo(moved);
        assertThat(back.path("states").size()).isOne();
        assertThat(back.path("twinDifferences")).isEmpty();
    }

    @Test
    void cleanupDeletesAtTheSourceWhatMovedAndNothingElse() throws Exception {
        JsonNode report = rehearse("--cleanup");

        assertThat(report.path("states").path("MIGRATED").asLong()).isGreaterThan(85);
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
    }

    private JsonNode rehearse(String... options) throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), SCENARIO);
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--scenario=" + scenario, "--timeout=120"));
        return RehearsalRun.of(folder, all.toArray(String[]::new)).report();
    }
}
