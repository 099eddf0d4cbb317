package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.WorkerProgram;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that arrive and go on at the source are reported; an offline one keeps the worker at work meanwhile. */
@Timeout(150)
@Tag("long")
class BothSidesIT {
    private static final String SCENARIO = """
            name: both-sides
            devices: 12
            seed: 4
            timeCompression: 60
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 100
            groups:
              - { name: gone, weight: 4, behaviour: { type: obedient } }
              - { name: double, weight: 2, behaviour: { type: moves-and-stays } }
              - { name: away, weight: 1, behaviour: { type: offline } }
            """;

    @TempDir
    Path data;

    @TempDir
    Path work;

    @ParameterizedTest
    @EnumSource(names = {"CENTRAL_TO_HUB", "HUB_TO_HUB"})
    void whoIsActiveAtTheSourceAfterItsArrivalIsReportedAndNobodyElse(Direction direction) throws Exception {
        try (StagedFleet fleet = new StagedFleet(direction, SCENARIO, data)) {
            fleet.start();

            WorkerProgram.Ended apply =
                    fleet.worker(work, "apply", "--output=json", "--set=migration.deadlines.offline=25s");
            JsonObject report =
                    new JsonObject(fleet.worker(work, "report", "--output=json").out());

            JsonObject sides = report.getJsonObject("aliveOnBothSides");
            assertThat(apply.out().lines())
                    .anyMatch(line ->
                            new JsonObject(line).getLong("aliveOnBothSides") == fleet.devicesOf("double").length);
            assertThat(sides.getJsonArray("devices").stream()
                            .map(device -> ((JsonObject) device).getString("deviceId")))
                    .containsExactly(fleet.devicesOf("double"));
            assertThat(sides.getInteger("looked"))
                    .isEqualTo(fleet.devicesOf("gone").length + fleet.devicesOf("double").length);
            assertThat(fleet.devicesOf("double")).isNotEmpty();
            for (String id : fleet.devicesOf("double")) {
                assertThat(fleet.truth(id).moved()).isTrue();
                assertThat(fleet.truth(id).stillAtSource()).isTrue();
            }
        }
    }
}
