package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.WorkerProgram;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.process.LocalPorts;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From hub to hub and back, the ledger on PostgreSQL: a wave, then a list, then the rest. */
@Timeout(200)
@Tag("long")
class PartialReturnIT {
    private static final String SCENARIO = """
            name: partial-return
            devices: 12
            seed: 6
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 300ms
            connectRate: 100
            groups:
              - { name: trucks, weight: 1, behaviour: { type: obedient } }
            """;

    @TempDir
    Path data;

    @TempDir
    Path work;

    @Test
    void aWaveAListAndThenTheRestComeBackAndNobodyElseWithThem() throws Exception {
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setPort(LocalPorts.free()).start();
                StagedFleet fleet = new StagedFleet(Direction.HUB_TO_HUB, SCENARIO, data)) {
            fleet.start();
            Path list = Files.writeString(work.resolve("list.csv"), "truck-007\ntruck-005\n");
            String ledger = ledger(postgres);

            done(fleet.worker(work, with(ledger, "apply")));
            assertThat(fleet.in(DevicePhase.TARGET)).isEqualTo(12);

            done(fleet.worker(work, with(ledger, "failback", "--wave=1", "--name=wave")));
            assertThat(fleet.in(DevicePhase.SOURCE)).isEqualTo(4);
            assertThat(states(fleet, ledger, "wave")).isEqualTo(new JsonObject().put("MIGRATED", 4));

            done(fleet.worker(work, with(ledger, "failback", "--devices=" + list, "--name=list")));
            assertThat(fleet.in(DevicePhase.SOURCE)).isEqualTo(6);
            for (String id : List.of("truck-005", "truck-007")) {
                assertThat(fleet.truth(id).stillAtSource()).as(id).isTrue();
            }

            done(fleet.worker(work, with(ledger, "failback")));
            assertThat(fleet.in(DevicePhase.SOURCE)).isEqualTo(12);
            assertThat(states(fleet, ledger, "rehearsal-return")).isEqualTo(new JsonObject().put("MIGRATED", 6));

            WorkerProgram.Ended unknown = fleet.worker(work, with(ledger, "failback", "--wave=3", "--name=third"));
            assertThat(unknown.code()).isEqualTo(1);
            assertThat(unknown.err()).contains("has no wave 3; it has: 1 (first), 2 (others)");
        }
    }

    private String ledger(EmbeddedPostgres postgres) throws Exception {
        Path password = Files.writeString(work.resolve("password.txt"), "unused");
        return "--set=ledger={ url: \"jdbc:postgresql://localhost:" + postgres.getPort()
                + "/postgres\", user: postgres, password: { file: \"" + password + "\" } }";
    }

    private static String[] with(String ledger, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(ledger);
        all.add("--set=migration.rollout.waves=[{ name: first, devices: 4 }, { name: others }]");
        return all.toArray(String[]::new);
    }

    private JsonObject states(StagedFleet fleet, String ledger, String migration) throws Exception {
        JsonObject states = new JsonObject(
                        fleet.worker(work, with(ledger, "report", "--output=json", "--set=migration.name=" + migration))
                                .out())
                .getJsonObject("states");
        states.getMap().values().removeIf(count -> ((Number) count).longValue() == 0);
        return states;
    }

    private static void done(WorkerProgram.Ended ended) {
        assertThat(ended.code()).as(ended.err()).isZero();
    }
}
