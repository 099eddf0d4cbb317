package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.OpenFiles;
import io.drover.simulator.process.ProcessUsage;
import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The emulated cloud, quotas off, and a fleet of several processes connected to it, whose devices wait to be moved. Methods block. */
final class MoveProcesses implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final double IDLE_CORES = 0.15;
    private static final Duration END = Duration.ofSeconds(60);
    private static final String SECRET = "bench";

    private final ChildProcess cloudProcess;
    private final JsonNode cloudReady;
    private final ControlClient cloud;
    private final Direction direction;
    private final Scenario scenario;
    private final AzureRest rest;
    private ChildProcess fleetProcess;
    private ControlClient fleet;
    private final List<ControlClient> parts = new ArrayList<>();
    private final List<Long> fleetPids = new ArrayList<>();

    /**
     * How both are run.
     *
     * @param gateways null for none where one process may hold so many connections, else for as many as are needed
     * @param timeCompression of what the cloud tells devices to wait
     * @param environment of all processes
     */
    record Setup(
            Direction direction,
            int devices,
            int connectRate,
            int processes,
            Integer gateways,
            int timeCompression,
            int telemetrySeconds,
            List<String> cloudJvm,
            Map<String, String> environment) {}

    /** Starts the cloud and fills it. */
    MoveProcesses(Path work, Setup setup) throws Exception {
        this.direction = setup.direction();
        Path file = Files.writeString(
                work.resolve("scenario.yaml"),
                BenchArguments.scenario(
                        setup.devices(), setup.timeCompression(), setup.telemetrySeconds(), setup.connectRate()));
        this.scenario = ScenarioLoader.load(file.toString());
        Integer gateways = setup.gateways();
        if (gateways == null && OpenFiles.refusal(setup.devices(), "").isEmpty()) {
            gateways = 0;
        }
        List<String> arguments = BenchArguments.cloud(work, setup.timeCompression(), setup.devices(), gateways);
        cloudProcess = ChildProcess.startAgain("cloud", work, setup.cloudJvm(), arguments, setup.environment());
        cloudReady = cloudProcess.awaitReady(READY);
        cloud = new ControlClient(cloudReady.path("controlPort").asInt());
        new RehearsalEstate(direction).create(cloud, SECRET, scenario);
        rest = new AzureRest(httpsPort(), caCertificate(), "test", SECRET);
        startFleet(work, file, setup);
    }

    private void startFleet(Path work, Path file, Setup setup) {
        List<String> arguments = BenchArguments.fleet(cloudReady, file, setup.processes());
        arguments.add("--device-log");
        arguments.addAll(List.of(direction.fleetOptions()));
        fleetProcess = ChildProcess.startAgain(
                "fleet",
                work,
                List.of("-Xms1g", "-Xmx1g", "-Xmn192m", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch"),
                arguments,
                setup.environment());
        int port = fleetProcess.awaitReady(READY).path("controlPort").asInt();
        fleet = new ControlClient(port);
        fleetPids.add(fleetProcess.pid());
        for (JsonNode each : fleet.get("/fleet/status").path("processes")) {
            fleetPids.add(each.path("pid").asLong());
            parts.add(new ControlClient(each.path("controlPort").asInt()));
        }
        if (parts.isEmpty()) {
            parts.add(fleet);
        }
    }

    /** Starts the devices and waits until all are connected where they begin; seconds it took. */
    double connectAll(Duration patience) throws TimeoutException {
        long began = System.nanoTime();
        fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
        long connected = sum("phases", "source");
        while (connected < scenario.devices()) {
            if (System.nanoTime() - began > patience.toNanos()) {
                throw new TimeoutException(connected + " of " + scenario.devices() + " devices connected within "
                        + patience.toMinutes() + " minutes; failures: " + errors());
            }
            LockSupport.parkNanos(POLL.toNanos());
            connected = sum("phases", "source");
        }
        return (System.nanoTime() - began) / 1e9;
    }

    /** Lets the target take every device with the key it has, and says who is told what from now on. */
    MoveCommands.Order prepareMove() {
        Site source = direction.source();
        Site target = direction.target();
        JsonNode factory = cloud.get(
                source.isCentral()
                        ? "/control/applications/" + source.application() + "/factory"
                        : "/control/provisioning-services/" + source.provisioningService() + "/enrollment-groups/"
                                + RehearsalEstate.SOURCE_GROUP + "/factory");
        JsonObject keys = new JsonObject()
                .put("primaryKey", factory.path("primaryKey").asText())
                .put("secondaryKey", factory.path("secondaryKey").asText());
        rest.call(new Call(
                HttpMethod.PUT,
                Service.PROVISIONING,
                target.provisioningService(),
                "/enrollmentGroups/moved",
                new JsonObject()
                        .put("enrollmentGroupId", "moved")
                        .put(
                                "attestation",
                                new JsonObject().put("type", "symmetricKey").put("symmetricKey", keys))));
        String idScope = cloud.get("/control/provisioning-services/" + target.provisioningService()
                        + "/enrollment-groups/moved/factory")
                .path("idScope")
                .asText();
        Service service = source.isCentral() ? Service.CENTRAL : Service.HUB;
        String name = source.isCentral() ? source.application() : source.hub();
        return new MoveCommands.Order(
                httpsPort(), caCertificate(), rest.bearer(service), source, rest.host(service, name), idScope);
    }

    /** Devices whose first telemetry the target has acknowledged. */
    long arrived() {
        return parts.stream()
                .mapToLong(part -> part.get("/fleet/status").path("arrived").asLong())
                .sum();
    }

    /** Waits until so many have arrived; the count, which is lower when nothing came for so long. */
    long awaitArrivals(long wanted, Duration stillness) {
        long seen = arrived();
        long last = System.nanoTime();
        while (seen < wanted && System.nanoTime() - last < stillness.toNanos()) {
            LockSupport.parkNanos(POLL.toNanos());
            long now = arrived();
            if (now > seen) {
                seen = now;
                last = System.nanoTime();
            }
        }
        return seen;
    }

    private long sum(String object, String field) {
        return parts.stream()
                .mapToLong(part ->
                        part.get("/fleet/status").path(object).path(field).asLong())
                .sum();
    }

    /** Failures of devices by reason. */
    JsonNode errors() {
        return fleet.get("/fleet/status").path("errors");
    }

    /** A row for each device. */
    String rows() {
        return fleet.text("/fleet/devices.csv");
    }

    Scenario scenario() {
        return scenario;
    }

    /** Processor seconds so far of the cloud with its gateways. */
    double cloudCpu() {
        List<Long> pids = new ArrayList<>(List.of(cloudProcess.pid()));
        cloudReady.path("gateways").forEach(pid -> pids.add(pid.asLong()));
        return cpu(pids);
    }

    /** Processor seconds so far of the fleet. */
    double fleetCpu() {
        return cpu(fleetPids);
    }

    /** Waits until both have as good as nothing to do, neither compiling what they have just learnt to be hot; not for ever. */
    void awaitQuiet() {
        long deadline = System.nanoTime() + QUIET.toNanos();
        double before = cloudCpu() + fleetCpu();
        double used = 1;
        while (used > IDLE_CORES && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            double now = cloudCpu() + fleetCpu();
            used = now - before;
            before = now;
        }
    }

    private static double cpu(List<Long> pids) {
        return pids.stream().mapToLong(pid -> ProcessUsage.cpu(pid).toMillis()).sum()
                / (double) TimeUnit.SECONDS.toMillis(1);
    }

    private int httpsPort() {
        return cloudReady.path("httpsPort").asInt();
    }

    private String caCertificate() {
        return cloudReady.path("caCertificate").asText();
    }

    @Override
    public void close() {
        rest.close();
        if (fleetProcess != null) {
            fleetProcess.close();
        }
        cloudProcess.close();
        List<Long> all = new ArrayList<>(fleetPids);
        cloudReady.path("gateways").forEach(pid -> all.add(pid.asLong()));
        all.forEach(MoveProcesses::awaitEnd);
    }

    /** What is still closing its connections would take its share of the machine from the next measurement. */
    private static void awaitEnd(long pid) {
        ProcessHandle.of(pid)
                .ifPresent(process -> process.onExit()
                        .orTimeout(END.toSeconds(), TimeUnit.SECONDS)
                        .exceptionally(late -> process)
                        .join());
    }
}
