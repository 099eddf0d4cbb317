package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.device.DevicePhase;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices with a TPM, of an IoT Central application with attestation of type tpm and of a hub, moved by command. */
@Timeout(180)
class TpmIT {
    private static final String SCENARIO = """
            name: tpm
            devices: 4
            seed: 5
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 200ms
            connectRate: 100
            groups:
              - { name: right, weight: 1, behaviour: { type: obedient }, credential: tpm }
              - { name: wrong, weight: 1, behaviour: { type: wrong-key }, credential: tpm }
            """;

    @TempDir
    Path data;

    @ParameterizedTest
    @EnumSource(
            value = Direction.class,
            names = {"CENTRAL_TO_HUB", "HUB_TO_HUB"})
    void theEnrolledTpmArrivesWithTelemetryAndAnotherDoesNot(Direction direction) throws Exception {
        try (StagedFleet fleet = new StagedFleet(direction, SCENARIO, data)) {
            // Given
            fleet.start();
            fleet.enrollAtTarget();
            String[] right = fleet.devicesOf("right");
            String[] wrong = fleet.devicesOf("wrong");
            assertThat(right).isNotEmpty();
            assertThat(wrong).isNotEmpty();

            // When
            for (int index = 0; index < fleet.scenario().devices(); index++) {
                String id = fleet.scenario().deviceId(index);
                assertThat(fleet.move(id, direction.source(), direction.target()))
                        .isEqualTo(200);
            }

            // Then
            fleet.until(() -> fleet.in(DevicePhase.TARGET) == right.length
                    && fleet.counters().errors().containsKey("dps-401"));
            for (String id : right) {
                fleet.until(() -> fleet.truth(id).moved());
            }
            for (String id : wrong) {
                assertThat(fleet.truth(id).moved()).isFalse();
            }
        }
    }
}
