package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fleet of two processes behind one address, against a cloud of a process of its own. */
@Timeout(180)
class FleetProcessesIT {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
    private static final int DEVICES = 41;

    @TempDir
    Path folder;

    @Test
    void twoProcessesAreOneFleetAndItEndsWhenOneOfThemDies() throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), """
                name: spread
                devices: %d
                seed: 5
                timeCompression: 60
                deviceId: "truck-%%03d"
                telemetryInterval: 500ms
                connectRate: 200
                groups:
                  - { name: all, weight: 1, behaviour: { type: obedient } }
                """.formatted(DEVICES));
        try (ChildProcess cloudProcess = start(
                "cloud", "cloud", "--data-dir=" + folder.resolve("data"), "--no-quotas", "--time-compression=60")) {
            JsonNode ready = cloudProcess.awaitReady(READY);
            new RehearsalEstate(Direction.CENTRAL_TO_HUB)
                    .create(
                            new ControlClient(ready.path("controlPort").asInt()),
                            "s3cret",
                            ScenarioLoader.load(scenario.toString()));
            try (ChildProcess fleetProcess = start(
                    "fleet",
                    "fleet",
                    "--control=http://127.0.0.1:" + ready.path("controlPort").asInt(),
                    "--https-port=" + ready.path("httpsPort").asInt(),
                    "--mqtt-port=" + ready.path("mqttPort").asInt(),
                    "--ca=" + ready.path("caCertificate").asText(),
                    "--application=" + RehearsalEstate.APPLICATION,
                    "--scenario=" + scenario,
                    "--processes=2")) {
                ControlClient fleet = new ControlClient(
                        fleetProcess.awaitReady(READY).path("controlPort").asInt());
                assertThat(fleet.get("/fleet/status")
                                .path("phases")
                                .path("waiting")
                                .asInt())
                        .isEqualTo(DEVICES);

                fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());

                until(() ->
                        fleet.get("/fleet/status").path("phases").path("source").asInt() == DEVICES);
                JsonNode processes = fleet.get("/fleet/status").path("processes");
                assertThat(processes).hasSize(2);
                assertThat(processes.get(0).path("to"))
                        .isEqualTo(processes.get(1).path("from"));
                assertThat(processes.get(1).path("to").asInt()).isEqualTo(DEVICES);
                assertThat(fleet.get("/health/ready").path("settled").asInt()).isEqualTo(DEVICES);
                assertThat(fleet.text("/metrics"))
                        .contains("drover_fleet_devices{engine=\"lean\",phase=\"source\"} " + DEVICES + ".0");
                long truth = truth(new ControlClient(ready.path("controlPort").asInt()));
                assertThat(truth).isEqualTo(DEVICES);
                ProcessHandle.of(processes.get(1).path("pid").asLong())
                        .orElseThrow()
                        .destroyForcibly();
                assertThat(fleetProcess.awaitExit(READY)).isEqualTo(1);
                assertThat(Files.readString(folder.resolve("fleet.log"))).contains("a process of the fleet has ended");
            }
        }
    }

    /** Devices that the cloud sees connected. */
    private static long truth(ControlClient cloud) {
        List<JsonNode> connected = new ArrayList<>();
        cloud.lines("/control/truth?" + Direction.CENTRAL_TO_HUB.source().query(), line -> {
            if (line.path("source").path("connected").asBoolean()) {
                connected.add(line);
            }
        });
        return connected.size();
    }

    private ChildProcess start(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--ready-line");
        all.add("--stop-with-stdin");
        return ChildProcess.startAgain(name, folder, JVM, all, Map.of());
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + READY.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("the condition did not come true in time")
                    .isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
