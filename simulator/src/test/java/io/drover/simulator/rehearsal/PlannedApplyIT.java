package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.WorkerProgram;
import io.drover.simulator.fleet.device.DevicePhase;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A migration that begins under a plan, is killed on the way and goes on under the same plan. */
@Timeout(150)
@Tag("long")
class PlannedApplyIT {
    private static final String SCENARIO = """
            name: planned
            devices: 20
            seed: 8
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 300ms
            connectRate: 100
            groups:
              - { name: trucks, weight: 1, behaviour: { type: obedient } }
            """;

    private static final String[] PLANNED = {
        "--plan=plan.json", "--set=migration.requirePlan=true", "--set=migration.rollout.rate.max=2/s"
    };

    @TempDir
    Path data;

    @TempDir
    Path work;

    @Test
    void anUnexpiredPlanLetsItBeginAndGoOnThoughTheWorldIsAnotherByThen() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.CENTRAL_TO_HUB, SCENARIO, data)) {
            fleet.start();
            WorkerProgram.Ended plan = fleet.worker(work, "plan", "--save=plan.json", PLANNED[1], PLANNED[2]);
            assertThat(plan.code()).as(plan.err()).isZero();

            Process begun = fleet.startWorker(work, "apply", PLANNED[0], PLANNED[1], PLANNED[2]);
            fleet.until(() -> fleet.in(DevicePhase.TARGET) >= 3 || !begun.isAlive());
            begun.destroyForcibly();
            assertThat(begun.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(fleet.in(DevicePhase.TARGET)).isBetween(3L, 19L);

            WorkerProgram.Ended resumed = fleet.worker(work, "apply", PLANNED[0], PLANNED[1], PLANNED[2]);

            assertThat(resumed.code()).as(resumed.err()).isZero();
            assertThat(fleet.in(DevicePhase.TARGET)).isEqualTo(20);
            assertThat(fleet.worker(work, "audit").out().lines().filter(line -> line.contains("accept-plan")))
                    .hasSize(1);
        }
    }
}
