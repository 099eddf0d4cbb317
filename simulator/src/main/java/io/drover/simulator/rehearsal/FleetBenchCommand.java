package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ProcessUsage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A fleet that only stays connected: every device registers, connects to its application's hub and sends telemetry, for some minutes.
 * Tells connects per second, resident memory per device of both sides, disconnects, and how late timers fire on the event loops.
 */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        description =
                "Connects many virtual devices to an emulated cloud, quotas off, and keeps them sending telemetry.")
public final class FleetBenchCommand implements Callable<Integer> {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration REPORT = Duration.ofSeconds(30);
    private static final double KIB = 1024;

    @Option(names = "--devices", defaultValue = "10000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--minutes",
            defaultValue = "1",
            description = "How long they stay once all are connected (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--telemetry-seconds",
            defaultValue = "60",
            description = "Seconds between two messages of a device (default: ${DEFAULT-VALUE}).")
    private int telemetrySeconds;

    @Option(
            names = "--connect-rate",
            defaultValue = "500",
            description = "Devices started per second; each makes two connections (default: ${DEFAULT-VALUE}).")
    private int connectRate;

    @Option(names = "--patience", defaultValue = "20", description = "Minutes to wait for all to be connected.")
    private int patience;

    @Option(names = "--gateways", description = "As of cloud; default: as the number of devices needs.")
    private Integer gateways;

    @Option(names = "--processes", description = "As of fleet; default: as the number of devices needs.")
    private Integer processes;

    @Option(names = "--cloud-jvm", description = "JVM options of the cloud's own process (default: ${DEFAULT-VALUE}).")
    private List<String> cloudOptions = new ArrayList<>(List.of("-Xms256m", "-Xmx2g", "-XX:+UseG1GC"));

    @Option(names = "--work-dir", required = true, description = "Folder for logs and the cloud's data.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        Path work = Files.createDirectories(folder.toAbsolutePath());
        Path file = Files.writeString(work.resolve("scenario.yaml"), yaml());
        Scenario scenario = ScenarioLoader.load(file.toString());
        try (ChildProcess cloudProcess = startCloud(work)) {
            JsonNode ready = cloudProcess.awaitReady(READY);
            List<Long> cloudPids = new ArrayList<>(List.of(cloudProcess.pid()));
            ready.path("gateways").forEach(pid -> cloudPids.add(pid.asLong()));
            ControlClient cloud = new ControlClient(ready.path("controlPort").asInt());
            long cloudEmpty = resident(cloudPids);
            new RehearsalEstate(Direction.CENTRAL_TO_HUB).create(cloud, "bench", scenario);
            try (ChildProcess fleetProcess = startFleet(work, file, ready)) {
                ControlClient fleet = new ControlClient(
                        fleetProcess.awaitReady(READY).path("controlPort").asInt());
                List<Long> fleetPids = new ArrayList<>(List.of(fleetProcess.pid()));
                fleet.get("/fleet/status")
                        .path("processes")
                        .forEach(each -> fleetPids.add(each.path("pid").asLong()));
                say("cloud: %d processes; fleet: %d processes", cloudPids.size(), fleetPids.size());
                return measure(new Sides(cloud, cloudPids, cloudEmpty, fleet, fleetPids, resident(fleetPids)));
            }
        }
    }

    private record Sides(
            ControlClient cloud,
            List<Long> cloudPids,
            long cloudEmpty,
            ControlClient fleet,
            List<Long> fleetPids,
            long fleetIdle) {}

    private String yaml() {
        return """
                name: bench
                devices: %d
                seed: 1
                timeCompression: 1
                deviceId: "bench-%%06d"
                telemetryInterval: %ds
                connectRate: %d
                groups:
                  - { name: all, weight: 1, behaviour: { type: obedient } }
                """.formatted(devices, telemetrySeconds, connectRate);
    }

    private ChildProcess startCloud(Path work) {
        List<String> arguments = new ArrayList<>(List.of(
                "cloud",
                "--data-dir=" + work.resolve("cloud"),
                "--no-quotas",
                "--expected-devices=" + devices,
                "--ready-line",
                "--stop-with-stdin"));
        if (gateways != null) {
            arguments.add("--gateways=" + gateways);
        }
        return ChildProcess.startAgain("cloud", work, cloudOptions, arguments, Map.of());
    }

    private ChildProcess startFleet(Path work, Path scenario, JsonNode ready) {
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=http://127.0.0.1:" + ready.path("controlPort").asInt(),
                "--https-port=" + ready.path("httpsPort").asInt(),
                "--mqtt-port=" + ready.path("mqttPort").asInt(),
                "--ca=" + ready.path("caCertificate").asText(),
                "--application=" + RehearsalEstate.APPLICATION,
                "--scenario=" + scenario,
                "--ready-line",
                "--stop-with-stdin"));
        if (processes != null) {
            arguments.add("--processes=" + processes);
        }
        return ChildProcess.startAgain(
                "fleet", work, List.of("-Xms64m", "-Xmx512m", "-Xmn48m", "-XX:+UseSerialGC"), arguments, Map.of());
    }

    private int measure(Sides sides) {
        long began = System.nanoTime();
        sides.fleet().post("/fleet/start", JsonNodeFactory.instance.objectNode());
        long end = began + TimeUnit.MINUTES.toNanos(patience);
        JsonNode status = sides.fleet().get("/fleet/status");
        long next = began + REPORT.toNanos();
        while (source(status) < devices && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            status = sides.fleet().get("/fleet/status");
            if (System.nanoTime() > next) {
                next += REPORT.toNanos();
                say("%4d s: %d connected", (System.nanoTime() - began) / 1_000_000_000L, source(status));
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        say(
                "connected: %d of %d in %.0f s, %.0f devices/s, %.0f TLS connects/s; failures on the way: %s",
                source(status),
                devices,
                seconds,
                source(status) / seconds,
                2 * source(status) / seconds,
                status.path("errors"));
        if (source(status) < devices) {
            return 1;
        }
        return stay(sides, status);
    }

    private int stay(Sides sides, JsonNode connected) {
        EventLoopLagView fleetLag = EventLoopLagView.of(sides.fleet());
        EventLoopLagView cloudLag = EventLoopLagView.of(sides.cloud());
        long end = System.nanoTime() + (long) (minutes * 60e9);
        long least = devices;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            least = Math.min(least, source(sides.fleet().get("/fleet/status")));
        }
        JsonNode status = sides.fleet().get("/fleet/status");
        long sent = status.path("telemetrySent").asLong()
                - connected.path("telemetrySent").asLong();
        say("stayed %.1f minutes: least connected %d, connected at the end %d", minutes, least, source(status));
        say(
                "messages acknowledged: %d, %.0f/s of %.0f/s due",
                sent, sent / (minutes * 60), (double) devices / telemetrySeconds);
        long failures = total(status.path("errors")) - total(connected.path("errors"));
        say("disconnects and other failures of devices meanwhile: %d %s", failures, status.path("errors"));
        say(
                "event loops late by, fleet: %s; cloud: %s",
                EventLoopLagView.of(sides.fleet()).since(fleetLag),
                EventLoopLagView.of(sides.cloud()).since(cloudLag));
        long cloud = resident(sides.cloudPids());
        long fleet = resident(sides.fleetPids());
        say(
                "resident, cloud: %.0f MiB in all, %.1f KiB a device; without what it had before any device: %.1f KiB a device",
                cloud / KIB / KIB, cloud / KIB / devices, (cloud - sides.cloudEmpty()) / KIB / devices);
        sides.cloudPids().forEach(pid -> say("  process %d: %.0f MiB", pid, resident(List.of(pid)) / KIB / KIB));
        say(
                "resident, fleet: %.0f MiB in all, %.1f KiB a device; without what it had before the first connected: %.1f KiB a device",
                fleet / KIB / KIB, fleet / KIB / devices, (fleet - sides.fleetIdle()) / KIB / devices);
        sides.fleetPids().forEach(pid -> say("  process %d: %.0f MiB", pid, resident(List.of(pid)) / KIB / KIB));
        return failures == 0 && least == devices ? 0 : 1;
    }

    private static long source(JsonNode status) {
        return status.path("phases").path("source").asLong();
    }

    private static long total(JsonNode errors) {
        long total = 0;
        for (JsonNode count : errors) {
            total += count.asLong();
        }
        return total;
    }

    private static long resident(List<Long> pids) {
        return pids.stream().mapToLong(ProcessUsage::residentBytes).sum();
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}
