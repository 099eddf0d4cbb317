package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.process.ProcessUsage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        LargeFleet.Options options = new LargeFleet.Options(
                devices, telemetrySeconds, connectRate, 1, gateways, processes, cloudOptions, "bench");
        try (LargeFleet sides = LargeFleet.start(options, work)) {
            say(
                    "cloud: %d processes; fleet: %d processes",
                    sides.cloudPids().size(), sides.fleetPids().size());
            return measure(sides);
        }
    }

    private int measure(LargeFleet sides) {
        long idle = sides.fleetResidentBytes();
        long began = System.nanoTime();
        sides.begin();
        long end = began + TimeUnit.MINUTES.toNanos(patience);
        JsonNode status = sides.status();
        long next = began + REPORT.toNanos();
        while (LargeFleet.atSource(status) < devices && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            status = sides.status();
            if (System.nanoTime() > next) {
                next += REPORT.toNanos();
                say("%4d s: %d connected", (System.nanoTime() - began) / 1_000_000_000L, LargeFleet.atSource(status));
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        say(
                "connected: %d of %d in %.0f s, %.0f devices/s, %.0f TLS connects/s; failures on the way: %s",
                LargeFleet.atSource(status),
                devices,
                seconds,
                LargeFleet.atSource(status) / seconds,
                2 * LargeFleet.atSource(status) / seconds,
                status.path("errors"));
        if (LargeFleet.atSource(status) < devices) {
            return 1;
        }
        return stay(sides, status, idle);
    }

    private int stay(LargeFleet sides, JsonNode connected, long idle) {
        EventLoopLagView fleetLag = EventLoopLagView.of(sides.fleet());
        EventLoopLagView cloudLag = EventLoopLagView.of(sides.cloud());
        long end = System.nanoTime() + (long) (minutes * 60e9);
        long least = devices;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            least = Math.min(least, LargeFleet.atSource(sides.status()));
        }
        JsonNode status = sides.status();
        long sent = status.path("telemetrySent").asLong()
                - connected.path("telemetrySent").asLong();
        say(
                "stayed %.1f minutes: least connected %d, connected at the end %d",
                minutes, least, LargeFleet.atSource(status));
        say(
                "messages acknowledged: %d, %.0f/s of %.0f/s due",
                sent, sent / (minutes * 60), (double) devices / telemetrySeconds);
        long failures = LargeFleet.failures(status) - LargeFleet.failures(connected);
        say("disconnects and other failures of devices meanwhile: %d %s", failures, status.path("errors"));
        say(
                "event loops late by, fleet: %s; cloud: %s",
                EventLoopLagView.of(sides.fleet()).since(fleetLag),
                EventLoopLagView.of(sides.cloud()).since(cloudLag));
        long cloud = sides.cloudResidentBytes();
        long fleet = sides.fleetResidentBytes();
        say(
                "resident, cloud: %.0f MiB in all, %.1f KiB a device; without what it had before any device: %.1f KiB a device",
                cloud / KIB / KIB, cloud / KIB / devices, (cloud - sides.cloudEmptyBytes()) / KIB / devices);
        sides.cloudPids()
                .forEach(pid -> say("  process %d: %.0f MiB", pid, ProcessUsage.residentBytes(pid) / KIB / KIB));
        say(
                "resident, fleet: %.0f MiB in all, %.1f KiB a device; without what it had before the first connected: %.1f KiB a device",
                fleet / KIB / KIB, fleet / KIB / devices, (fleet - idle) / KIB / devices);
        sides.fleetPids()
                .forEach(pid -> say("  process %d: %.0f MiB", pid, ProcessUsage.residentBytes(pid) / KIB / KIB));
        return failures == 0 && least == devices ? 0 : 1;
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}
