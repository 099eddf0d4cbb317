package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.fleet.device.DevicePhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet whose connections are held by two processes beside the cloud's own. */
@Timeout(180)
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
            List<Long> before =
                    fleet.gateways().stream().map(GatewaysIT::sockets).toList();
            fleet.start();
            fleet.enrollAtTarget();
            assertThat(fleet.gateways()).hasSize(2);
            for (int number = 0; number < 2; number++) {
                assertThat(sockets(fleet.gateways().get(number))).isGreaterThan(before.get(number));
            }

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
    void aKilledGatewayIsStartedAgainAndItsDevicesComeBackAndNobodyElseNotices() throws Exception {
        try (StagedFleet fleet = new StagedFleet(Direction.HUB_TO_HUB, SCENARIO, data, 2)) {
            long victim = fleet.gateways().get(0);
            long survivor = fleet.gateways().get(1);
            long victimsOwn = sockets(victim);
            long survivorsOwn = sockets(survivor);
            fleet.start();
            int devices = fleet.scenario().devices();
            fleet.until(() -> fleet.in(DevicePhase.SOURCE) == devices);
            // Those to the provisioning service take a moment to close.
            fleet.until(() -> sockets(victim) - victimsOwn + sockets(survivor) - survivorsOwn == devices);
            long lost = sockets(victim) - victimsOwn;
            assertThat(lost).isBetween(1L, devices - 1L);

            ProcessHandle.of(victim).orElseThrow().destroyForcibly();

            fleet.until(() -> fleet.gateways().size() == 2 && !fleet.gateways().contains(victim));
            long again = fleet.gateways().get(0);
            fleet.until(() -> sockets(again) - victimsOwn + sockets(survivor) - survivorsOwn == devices
                    && fleet.in(DevicePhase.SOURCE) == devices);
            assertThat(fleet.counters().errors().getOrDefault("hub-closed", 0L)).isEqualTo(lost);
            // It is counted when it has said that it listens, which devices may find out before.
            fleet.until(() -> fleet.metrics().contains("drover_cloud_gateway_restarts_total 1.0\n"));
            assertThat(fleet.metrics()).contains("drover_cloud_gateways 2.0\n");

            // What the other leaves behind can come back at once only through the one that was started again.
            long lostNext = sockets(survivor) - survivorsOwn;
            ProcessHandle.of(survivor).orElseThrow().destroyForcibly();
            fleet.until(() -> fleet.counters().errors().getOrDefault("hub-closed", 0L) == lost + lostNext
                    && fleet.in(DevicePhase.SOURCE) == devices);
            Map<String, Long> sent = new HashMap<>();
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

    /** Sockets that a gateway has: its own, and one for each device. */
    private static long sockets(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.filter(GatewaysIT::isSocket).count();
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
