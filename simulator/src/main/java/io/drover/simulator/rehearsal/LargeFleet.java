package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioException;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ProcessUsage;
import io.drover.simulator.process.SmallHeap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An emulated cloud without quotas and a fleet of obedient devices of one application, both spread over as many processes as the number of
 * devices needs, for benchmarks. Methods block; closing ends all processes.
 */
final class LargeFleet implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final List<String> FLEET_JVM = SmallHeap.options(64, 512, 32);

    private final ChildProcess cloudProcess;
    private final ChildProcess fleetProcess;
    private final JsonNode ready;
    private final Scenario scenario;
    private final ControlClient cloud;
    private final ControlClient fleet;
    private final List<Long> cloudPids = new ArrayList<>();
    private final List<Long> fleetPids = new ArrayList<>();
    private final long cloudEmptyBytes;

    /**
     * What is started.
     *
     * @param telemetrySeconds between two messages of a device
     * @param connectRate devices started per second
     * @param gateways of the cloud, or null for as many as needed
     * @param processes of the fleet, or null for as many as needed
     * @param cloudOptions JVM options of the cloud's own process
     * @param clientSecret of the worker's registration in the emulated Entra
     */
    record Options(
            int devices,
            int telemetrySeconds,
            int connectRate,
            int timeCompression,
            Integer gateways,
            Integer processes,
            List<String> cloudOptions,
            String clientSecret) {}

    private LargeFleet(Options options, Path work, Path file, ChildProcess cloudProcess, List<ChildProcess> started)
            throws ScenarioException {
        this.cloudProcess = cloudProcess;
        this.scenario = ScenarioLoader.load(file.toString());
        this.ready = cloudProcess.awaitReady(READY);
        cloudPids.add(cloudProcess.pid());
        ready.path("gateways").forEach(pid -> cloudPids.add(pid.asLong()));
        this.cloud = new ControlClient(ready.path("controlPort").asInt());
        this.cloudEmptyBytes = cloudResidentBytes();
        new RehearsalEstate(Direction.CENTRAL_TO_HUB).create(cloud, options.clientSecret(), scenario);
        this.fleetProcess = startFleet(options, work, file, ready);
        started.add(fleetProcess);
        this.fleet = new ControlClient(
                fleetProcess.awaitReady(READY).path("controlPort").asInt());
        fleetPids.add(fleetProcess.pid());
        status().path("processes")
                .forEach(each -> fleetPids.add(each.path("pid").asLong()));
    }

    /** Starts both; the devices wait for {@link #begin}. Logs and data go to the folder. */
    static LargeFleet start(Options options, Path work) throws IOException, ScenarioException {
        Path file = Files.writeString(
                work.resolve("scenario.yaml"),
                BenchArguments.scenario(
                        options.devices(),
                        options.timeCompression(),
                        options.telemetrySeconds(),
                        options.connectRate()));
        List<ChildProcess> started = new ArrayList<>();
        boolean whole = false;
        try {
            ChildProcess cloud = startCloud(options, work);
            started.add(cloud);
            LargeFleet fleet = new LargeFleet(options, work, file, cloud, started);
            whole = true;
            return fleet;
        } finally {
            if (!whole) {
                started.forEach(ChildProcess::close);
            }
        }
    }

    private static ChildProcess startCloud(Options options, Path work) {
        return ChildProcess.startAgain(
                "cloud",
                work,
                options.cloudOptions(),
                BenchArguments.cloud(work, options.timeCompression(), options.devices(), options.gateways()),
                Map.of());
    }

    private static ChildProcess startFleet(Options options, Path work, Path scenario, JsonNode ready) {
        List<String> arguments = BenchArguments.fleet(ready, scenario, options.processes());
        arguments.add("--application=" + RehearsalEstate.APPLICATION);
        return ChildProcess.startAgain("fleet", work, FLEET_JVM, arguments, Map.of());
    }

    /** Devices begin to connect. */
    void begin() {
        fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
    }

    /** The fleet's own status. */
    JsonNode status() {
        return fleet.get("/fleet/status");
    }

    /** Devices of a status that are connected where they began. */
    static long atSource(JsonNode status) {
        return status.path("phases").path("source").asLong();
    }

    /** Devices of a status that are connected where they were told to go. */
    static long atTarget(JsonNode status) {
        return status.path("phases").path("target").asLong();
    }

    /** Failures of a status, of all reasons. */
    static long failures(JsonNode status) {
        long total = 0;
        for (JsonNode count : status.path("errors")) {
            total += count.asLong();
        }
        return total;
    }

    /** Throws when one of both has ended, or the fleet complained. */
    void assertRuns() {
        if (cloudProcess.hasEnded()) {
            throw cloudProcess.failure("has ended");
        }
        if (fleetProcess.hasEnded()) {
            throw fleetProcess.failure("has ended");
        }
    }

    ControlClient cloud() {
        return cloud;
    }

    ControlClient fleet() {
        return fleet;
    }

    Scenario scenario() {
        return scenario;
    }

    /** What the cloud said when it was ready: ports, and its authority's certificate. */
    JsonNode ready() {
        return ready;
    }

    /** The cloud's own process and its gateways. */
    List<Long> cloudPids() {
        return List.copyOf(cloudPids);
    }

    /** The fleet's processes, first the one that has the others. */
    List<Long> fleetPids() {
        return List.copyOf(fleetPids);
    }

    /** Resident bytes of the cloud before it had a device. */
    long cloudEmptyBytes() {
        return cloudEmptyBytes;
    }

    /** Resident bytes of all of the cloud's processes. */
    long cloudResidentBytes() {
        return resident(cloudPids);
    }

    /** Resident bytes of all of the fleet's processes. */
    long fleetResidentBytes() {
        return resident(fleetPids);
    }

    private static long resident(List<Long> pids) {
        return pids.stream().mapToLong(ProcessUsage::residentBytes).sum();
    }

    @Override
    public void close() {
        fleetProcess.close();
        cloudProcess.close();
    }
}
