package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.fleet.device.DevicePhase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices with every kind of credential, of both engines, at both kinds of source and of target. */
@Timeout(120)
class CredentialsIT {
    private static final List<String> OBEDIENT = List.of(
            "group-key",
            "second-group-key",
            "device-key",
            "group-certificate",
            "device-certificate",
            "sdk-group",
            "sdk-own");

    private static final String SCENARIO = """
            name: credentials
            devices: 45
            seed: 3
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 200
            groups:
              - { name: group-key, weight: 5, behaviour: { type: obedient } }
              - { name: second-group-key, weight: 5, behaviour: { type: obedient }, enrollmentGroup: second }
              - { name: device-key, weight: 9, behaviour: { type: obedient }, credential: device-key }
              - { name: group-certificate, weight: 5, behaviour: { type: obedient }, credential: group-certificate, enrollmentGroup: plant }
              - { name: device-certificate, weight: 9, behaviour: { type: obedient }, credential: device-certificate }
              - { name: forged, weight: 3, behaviour: { type: wrong-key }, credential: group-certificate, enrollmentGroup: plant }
              - { name: sdk-group, weight: 3, behaviour: { type: obedient }, engine: ENGINE, credential: group-certificate, enrollmentGroup: plant }
              - { name: sdk-own, weight: 3, behaviour: { type: obedient }, engine: ENGINE, credential: device-certificate }
            """;

    @TempDir
    Path data;

    @ParameterizedTest
    @EnumSource(names = {"CENTRAL_TO_HUB", "HUB_TO_CENTRAL"})
    void everyCredentialIsTakenAtTheSourceAndAtATargetThatHasAnEnrollmentForIt(Direction direction) throws Exception {
        try (StagedFleet fleet = new StagedFleet(direction, scenario(direction), data)) {
            // Given
            fleet.start();
            fleet.enrollAtTarget();
            assertThat(fleet.in(DevicePhase.SOURCE)).isEqualTo(fleet.scenario().devices());
            assertThat(fleet.counters().errors()).isEmpty();

            // When
            for (String group : OBEDIENT) {
                assertThat(fleet.devicesOf(group)).as(group).isNotEmpty();
                for (String id : fleet.devicesOf(group)) {
                    assertThat(fleet.move(id, direction.source(), direction.target()))
                            .isEqualTo(200);
                }
            }
            String[] forged = fleet.devicesOf("forged");
            for (String id : forged) {
                fleet.move(id, direction.source(), direction.target());
            }

            // Then
            for (String group : OBEDIENT) {
                for (String id : fleet.devicesOf(group)) {
                    fleet.until(() -> fleet.truth(id).moved());
                    JsonNode source = fleet.line(id).path("source");
                    assertThat(source.path("connected").asBoolean()).as(id).isFalse();
                }
            }
            fleet.until(() -> fleet.counters().errors().getOrDefault("dps-401", 0L) >= forged.length);
            for (String id : forged) {
                assertThat(fleet.truth(id).assignedAt()).as(id).isEmpty();
            }
        }
    }

    /** Microsoft's clients take their time, so they are in one direction only. */
    private static String scenario(Direction direction) {
        return SCENARIO.replace("ENGINE", direction == Direction.CENTRAL_TO_HUB ? "azure-sdk" : "lean");
    }
}
