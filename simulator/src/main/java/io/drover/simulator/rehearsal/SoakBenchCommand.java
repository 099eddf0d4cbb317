package io.drover.simulator.rehearsal;

import io.drover.simulator.process.LiveHeap;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code simulator.jar bench soak}: one cloud, one fleet and one serving worker for an hour, with telemetry all the time and several migrations
 * there and back. Fails when a device is lost at any point, or when a side keeps more alive in its heap at the end than after the last but one way back: by then
 * each hub's telemetry log, which is bounded, shall be full.
 */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Moves a fleet there and back for an hour, and looks for leaks and lost devices.")
public final class SoakBenchCommand implements Callable<Integer> {
    @Option(names = "--devices", defaultValue = "20000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(names = "--minutes", defaultValue = "60", description = "How long in all (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--migrations",
            defaultValue = "3",
            description = "There and back, spread over the time (default: ${DEFAULT-VALUE}).")
    private int migrations;

    @Option(
            names = "--telemetry-seconds",
            defaultValue = "60",
            description = "Seconds between two messages of a device (default: ${DEFAULT-VALUE}).")
    private int telemetrySeconds;

    @Option(
            names = "--connect-rate",
            defaultValue = "200",
            description = "Devices started per second (default: ${DEFAULT-VALUE}).")
    private int connectRate;

    @Option(
            names = "--time-compression",
            defaultValue = "20",
            description = "How many times faster than Azure's limits the worker goes; the cloud enforces none"
                    + " (default: ${DEFAULT-VALUE}).")
    private int timeCompression;

    @Option(
            names = "--growth",
            defaultValue = "0.1",
            description = "Share that a side's live heap may grow by from the last but one way back to the end"
                    + " (default: ${DEFAULT-VALUE}).")
    private double growth;

    @Option(names = "--cloud-jvm", description = "JVM options of the cloud's own process (default: ${DEFAULT-VALUE}).")
    private List<String> cloudOptions = new ArrayList<>(List.of("-Xms256m", "-Xmx2g", "-XX:+UseG1GC"));

    @Option(names = "--worker-jar", defaultValue = "worker/target/worker.jar", description = "The worker to soak.")
    private Path workerJar;

    @Option(names = "--work-dir", required = true, description = "Folder for logs, data, ledger and samples.csv.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (devices < 1 || minutes <= 0 || migrations < 1 || telemetrySeconds < 1 || growth < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Give 1 device or more, more than 0 minutes, 1 migration or more, 1 second or more.");
        }
        if (!LiveHeap.canBeMeasured()) {
            throw new ParameterException(
                    spec.commandLine(), "This Java has no jcmd to measure heaps with. Run it with a JDK's java.");
        }
        if (!Files.isReadable(workerJar)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "There is no worker at " + workerJar + ". Build it, or name it with --worker-jar.");
        }
        PrintWriter out = spec.commandLine().getOut();
        Path work = Files.createDirectories(folder.toAbsolutePath());
        LargeFleet.Options options = new LargeFleet.Options(
                devices, telemetrySeconds, connectRate, timeCompression, null, null, cloudOptions, SoakRun.SECRET);
        try (LargeFleet fleet = LargeFleet.start(options, work);
                SoakRun run = new SoakRun(fleet, work, workerJar, telemetrySeconds, out)) {
            return run.run(minutes, migrations, growth) ? 0 : 1;
        }
    }
}
