package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cloud that listens on another address than 127.0.0.1, as one on another machine does, and devices of all kinds that find it. */
@Timeout(180)
class CloudElsewhereIT {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final List<String> JVM = List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final String ELSEWHERE = "127.0.0.2";
    private static final int DEVICES = 24;

    @TempDir
    Path folder;

    @Test
    @Tag("long")
    void devicesOfAllKindsReachACloudOnAnotherAddress() throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), """
                name: elsewhere
                devices: %d
                seed: 5
                timeCompression: 60
                deviceId: "truck-%%03d"
                telemetryInterval: 500ms
                connectRate: 50
                groups:
                  - { name: lean, weight: 1, behaviour: { type: obedient } }
                  - { name: sdk, weight: 1, behaviour: { type: obedient }, engine: azure-sdk }
                  - { name: tpm, weight: 1, behaviour: { type: obedient }, credential: tpm }
                """.formatted(DEVICES));
        try (ChildProcess cloudProcess = start(
                "cloud",
                "--listen=" + ELSEWHERE,
                "--gateways=1",
                "--data-dir=" + folder.resolve("data"),
                "--no-quotas",
                "--time-compression=60")) {
            JsonNode cloud = cloudProcess.awaitReady(READY);
            int control = cloud.path("controlPort").asInt();
            new RehearsalEstate(Direction.CENTRAL_TO_HUB)
                    .create(new ControlClient(ELSEWHERE, control), "s3cret", ScenarioLoader.load(scenario.toString()));
            for (String port : List.of("controlPort", "httpsPort", "mqttPort")) {
                assertNotHere(cloud.path(port).asInt());
            }
            try (ChildProcess fleetProcess = start(
                    "fleet",
                    "--cloud-host=" + ELSEWHERE,
                    "--control=http://" + ELSEWHERE + ":" + control,
                    "--https-port=" + cloud.path("httpsPort").asInt(),
                    "--mqtt-port=" + cloud.path("mqttPort").asInt(),
                    "--ca=" + cloud.path("caCertificate").asText(),
                    "--application=" + RehearsalEstate.APPLICATION,
                    "--scenario=" + scenario)) {
                ControlClient fleet = new ControlClient(
                        fleetProcess.awaitReady(READY).path("controlPort").asInt());

                fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());

                long end = System.nanoTime() + READY.toNanos();
                // Nobody has enrolled the devices with a TPM: it is the service there that refuses them.
                while (phases(fleet, "/phases") + refused(fleet) < DEVICES) {
                    assertThat(System.nanoTime())
                            .as(() -> "in time, but: " + fleet.get("/fleet/status"))
                            .isLessThan(end);
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
                assertThat(phases(fleet, "/engines/azure-sdk")).isPositive();
                assertThat(phases(fleet, "/engines/lean")).isPositive();
                assertThat(refused(fleet)).isPositive();
            }
        }
    }

    private static void assertNotHere(int port) {
        assertThatThrownBy(() -> new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port).close())
                .isInstanceOf(ConnectException.class);
    }

    private static int phases(ControlClient fleet, String of) {
        return fleet.get("/fleet/status").at(of + "/source").asInt();
    }

    private static int refused(ControlClient fleet) {
        JsonNode status = fleet.get("/fleet/status");
        return status.at("/errors/dps-401").asInt() > 0
                ? status.at("/phases/offline").asInt()
                : 0;
    }

    private ChildProcess start(String name, String... options) {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(List.of(options));
        all.add("--ready-line");
        all.add("--stop-with-stdin");
        return ChildProcess.startAgain(name, folder, JVM, all, Map.of());
    }
}
