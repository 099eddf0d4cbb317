package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.fleet.device.DevicePhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet whose connections are held by two processes beside the cloud's own. */
@Timeout(120)
class GatewaysIT {
    private static final String SCENARIO = """
            name: gateways
            devices: 48
            seed: 11
            timeCompression: 60
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 200
            groups:
              - { name: group-key, weight: 5, behaviour: { type: obedient } }
              - { name: group-certificate, weight: 3, behaviour: { type: obedient }, credential: group-certificate, enrollmentGroup: plant }
              - { name: device-certificate, weight: 3, behaviour: { type: obedient }, credential: device-certificate }
            """;

    @TempDir
    Path data;

    @Test
    void aFleetMovesThroughTwoGatewaysWithKeysAndWithCertificates() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.HUB_TO_HUB, SCENARIO, data, 2)) {
            fleet.start();
            fleet.enrollAtTarget();
            assertThat(fleet.gateways()).hasSize(2).allMatch(pid -> connections(pid) > 0);

            for (int index = 0; index < fleet.scenario().devices(); index++) {
                assertThat(fleet.move(
                                fleet.scenario().deviceId(index),
                                fleet.direction().source(),
                                fleet.direction().target()))
                        .isEqualTo(200);
            }

            fleet.until(() -> fleet.in(DevicePhase.TARGET) == fleet.scenario().devices());
            for (String id : ids(fleet)) {
                fleet.until(() -> fleet.truth(id).moved());
            }
            // A message that waits for its PUBACK when its device leaves is the one thing that fails on purpose.
            assertThat(fleet.counters().errors().keySet()).isSubsetOf("closed");
        }
    }

    @Test
    void devicesOfAKilledGatewayComeBackThroughTheOtherAndNobodyElseNotices() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.HUB_TO_HUB, SCENARIO, data, 2)) {
            fleet.start();
            int devices = fleet.scenario().devices();
            fleet.until(() -> fleet.in(DevicePhase.SOURCE) == devices);
            long victim = fleet.gateways().get(0);
            long survivor = fleet.gateways().get(1);
            // Those to the provisioning service take a moment to close.
            fleet.until(() -> connections(victim) + connections(survivor) == devices);
            long lost = connections(victim);
            assertThat(lost).isBetween(1L, devices - 1L);

            ProcessHandle.of(victim).orElseThrow().destroyForcibly();

            fleet.until(() -> connections(survivor) == devices && fleet.in(DevicePhase.SOURCE) == devices);
            assertThat(fleet.counters().errors().getOrDefault("hub-closed", 0L)).isEqualTo(lost);
            Map<String, Long> sent = new java.util.HashMap<>();
            for (String id : ids(fleet)) {
                sent.put(id, telemetry(fleet, id));
            }
            for (String id : ids(fleet)) {
                fleet.until(() -> telemetry(fleet, id) > sent.get(id));
            }
        }
    }

    private static String[] ids(StagedFleet fleet) {
        return IntStream.range(0, fleet.scenario().devices())
                .mapToObj(fleet.scenario()::deviceId)
                .toArray(String[]::new);
    }

    private static long telemetry(StagedFleet fleet, String id) {
        JsonNode source = fleet.line(id).path("source");
        assertThat(source.path("connected").asBoolean()).as(id).isTrue();
        return source.path("telemetryCount").asLong();
    }

    /** Sockets of a gateway that are devices': all but the one it listens on and the one to the cloud. */
    private static long connections(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.filter(GatewaysIT::isSocket).count() - 2;
        } catch (IOException ended) {
            return 0;
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException closed) {
            return false;
        }
    }
}
