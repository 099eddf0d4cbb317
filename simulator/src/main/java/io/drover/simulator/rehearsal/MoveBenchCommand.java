package io.drover.simulator.rehearsal;

import io.drover.simulator.bench.BareTls;
import io.drover.simulator.load.LoadGrammar;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code simulator.jar bench move}: how many devices a second are reprovisioned from end to end, from the command's intended start to the
 * first telemetry acknowledged at the target, held against what bare TLS makes of the same machine before and after: a move is two
 * handshakes at least. Exit code 1 when devices were lost or less than {@code --demand} was reached, 2 when the load was not the intended one.
 */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves many virtual devices from end to end, quotas off, and holds the rate against bare TLS.")
public final class MoveBenchCommand implements Callable<Integer> {
    private static final int INVALID = 2;
    private static final double OPEN_LOOP_SHARE = 0.9;
    private static final double FIRST_PASS = 0.5;
    private static final int HANDSHAKES_A_MOVE = 2;
    private static final Duration STILLNESS = Duration.ofSeconds(60);

    @Option(names = "--devices", defaultValue = "10000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--ramp",
            paramLabel = "STAGES",
            description =
                    "When commands are sent, as of fleet; default: nine tenths of the highest rate, which is found first.")
    private String ramp;

    @Option(
            names = "--window",
            defaultValue = "500",
            description = "Devices on the way while the highest rate is found (default: ${DEFAULT-VALUE}).")
    private int window;

    @Option(
            names = "--demand",
            defaultValue = "0",
            description =
                    "Exit code 1 when moves a second are below this share of half the bare handshakes, such as 0.6.")
    private double demand;

    @Option(
            names = "--lag-limit",
            defaultValue = "250ms",
            description = "Exit code 2 when the latest of a hundred commands is later (default: ${DEFAULT-VALUE}).")
    private String lagLimit;

    @Option(names = "--direction", defaultValue = "central-to-hub", description = "Or hub-to-hub.")
    private String direction;

    @Option(names = "--processes", defaultValue = "2", description = "Of the fleet (default: ${DEFAULT-VALUE}).")
    private int processes;

    @Option(names = "--gateways", description = "As of cloud; default: as the number of devices needs.")
    private Integer gateways;

    @Option(
            names = "--connect-rate",
            defaultValue = "300",
            description = "Devices connected per second at the source (default: ${DEFAULT-VALUE}).")
    private int connectRate;

    @Option(
            names = "--time-compression",
            defaultValue = "100",
            description = "Of what the cloud has devices wait for; at least 1 s stays (default: ${DEFAULT-VALUE}).")
    private int timeCompression;

    @Option(names = "--telemetry-seconds", defaultValue = "60", description = "Between messages of a device.")
    private int telemetrySeconds;

    @Option(
            names = "--bare-seconds",
            defaultValue = "10",
            description = "How long bare TLS is measured, before and after, having warmed up as long.")
    private int bareSeconds;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where a row for each device is written.")
    private Path csv;

    @Option(names = "--hdr-log", paramLabel = "FILE", description = "Where HdrHistogram's interval log is written.")
    private Path hdrLog;

    @Option(
            names = "--jfr",
            paramLabel = "FOLDER",
            description =
                    "Where each process of cloud and fleet leaves a Flight Recording, which costs some of the rate.")
    private Path jfr;

    @Option(names = "--cloud-jvm", description = "JVM options of the cloud's own process (default: ${DEFAULT-VALUE}).")
    private List<String> cloudOptions = new ArrayList<>(List.of("-Xms512m", "-Xmx2g", "-XX:+UseParallelGC"));

    @Option(names = "--work-dir", required = true, description = "Folder for logs and the cloud's data.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    /** What one way of commanding devices has come to; {@code load} is null where nothing was intended. */
    private record Pass(MoveRows rows, int devices, long refused, LoadReport load) {}

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        Duration limit = checked();
        Path work = Files.createDirectories(folder.toAbsolutePath());
        BareTls.describeMachine(out);
        say("load average at the start %.1f", load());
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try (BareTls bare = new BareTls(vertx, Files.createDirectories(work.resolve("bare")), List.of("-Xmx256m"))) {
            bare.perSecond(Duration.ofSeconds(bareSeconds));
            double before = bare.perSecond(Duration.ofSeconds(bareSeconds));
            say("bare TLS before: %.0f handshakes/s", before);
            List<Pass> passes = moves(work, limit);
            double after = bare.perSecond(Duration.ofSeconds(bareSeconds));
            say("bare TLS after: %.0f handshakes/s; load average at the end %.1f", after, load());
            return judged(passes, (before + after) / 2);
        } catch (TimeoutException late) {
            say("failed: %s", late.getMessage());
            return 1;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Duration checked() {
        try {
            if (devices < 20 || window < 1 || processes < 1 || bareSeconds < 1 || connectRate < 1) {
                throw new IllegalArgumentException(
                        "give 20 devices or more, and 1 or more of window, processes, seconds and rate");
            }
            if (Direction.named(direction).toCentral()) {
                throw new IllegalArgumentException("--direction is central-to-hub or hub-to-hub");
            }
            if (ramp != null) {
                LoadProfile.of(LoadGrammar.stages(ramp), 0);
            }
            return LoadGrammar.duration(lagLimit)
                    .filter(time -> !time.isZero())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--lag-limit is '" + lagLimit + "'; give a time such as 250ms"));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    private List<Pass> moves(Path work, Duration limit) throws Exception {
        MoveProcesses.Setup setup = new MoveProcesses.Setup(
                Direction.named(direction),
                devices,
                connectRate,
                processes,
                gateways,
                timeCompression,
                telemetrySeconds,
                cloudOptions,
                environment());
        List<Pass> passes = new ArrayList<>();
        try (MoveProcesses running = new MoveProcesses(work, setup)) {
            say("connected at the source: %d devices in %.0f s", devices, running.connectAll(Duration.ofMinutes(20)));
            try (MoveCommands commands = new MoveCommands(
                    running.prepareMove(), devices, index -> running.scenario().deviceId(index))) {
                LoadProfile profile = ramp == null ? null : LoadProfile.of(LoadGrammar.stages(ramp), 0);
                int from = 0;
                if (profile == null) {
                    from = (int) (devices * FIRST_PASS);
                    passes.add(highest(running, commands, from));
                    double rate = passes.get(0).rows().steadyPerSecond() * OPEN_LOOP_SHARE;
                    if (!(rate > 0)) {
                        throw new TimeoutException(
                                "too few devices arrived for a rate; " + commands.refusals() + " " + running.errors());
                    }
                    profile = LoadProfile.steady(rate);
                    say("open loop at %.1f commands/s", rate);
                }
                passes.add(open(running, commands, profile, from, limit));
            }
        }
        MoveRows all = passes.stream().map(Pass::rows).reduce(MoveRows::plus).orElseThrow();
        if (csv != null) {
            all.writeCsv(csv);
        }
        if (hdrLog != null) {
            all.writeHdrLog(hdrLog);
        }
        return passes;
    }

    private Map<String, String> environment() throws java.io.IOException {
        if (jfr == null) {
            return Map.of();
        }
        Path recordings = Files.createDirectories(jfr.toAbsolutePath());
        return Map.of(
                "JAVA_TOOL_OPTIONS",
                // Standard output is the children's answer; the recording's own greeting is not for it.
                "-Xlog:jfr+startup=off -XX:StartFlightRecording=settings=profile,filename=" + recordings);
    }

    private interface Sending {
        LoadReport send() throws TimeoutException;
    }

    private Pass highest(MoveProcesses running, MoveCommands commands, int to) throws TimeoutException {
        return pass("closed loop, " + window + " on the way", running, commands, 0, to, () -> {
            commands.closedLoop(0, to, window, running::arrived, Duration.ofMinutes(20));
            return null;
        });
    }

    private Pass open(MoveProcesses running, MoveCommands commands, LoadProfile profile, int from, Duration limit)
            throws TimeoutException {
        long[] intended =
                LongStream.range(0, devices - from).map(profile::intendedNanos).toArray();
        return pass(
                "open loop", running, commands, from, devices, () -> commands.openLoop(from, devices, intended, limit));
    }

    private Pass pass(String name, MoveProcesses running, MoveCommands commands, int from, int to, Sending sending)
            throws TimeoutException {
        long arrivedBefore = running.arrived();
        long refusedBefore = commands.refused();
        double cloudCpu = running.cloudCpu();
        double fleetCpu = running.fleetCpu();
        LoadReport report = sending.send();
        long refused = commands.refused() - refusedBefore;
        running.awaitArrivals(arrivedBefore + to - from - refused, STILLNESS);
        MoveRows rows = MoveRows.of(running.rows(), commands, from, to);
        long moved = Math.max(1, rows.arrived());
        say(
                "%s: %d of %d devices moved, %d refused %s; %.1f moves/s from the first command to the last arrival,"
                        + " %.1f in the middle half; processor ms each: cloud %.2f, fleet %.2f; failures on the way: %s",
                name,
                rows.arrived(),
                to - from,
                refused,
                commands.refusals(),
                rows.perSecond(),
                rows.steadyPerSecond(),
                (running.cloudCpu() - cloudCpu) * 1_000 / moved,
                (running.fleetCpu() - fleetCpu) * 1_000 / moved,
                running.errors());
        Histogram times = rows.reprovisioning();
        say(
                "%s: from the intended command to the first telemetry at the target p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, most %.0f ms",
                name,
                times.getValueAtPercentile(50) / 1e6,
                times.getValueAtPercentile(95) / 1e6,
                times.getValueAtPercentile(99) / 1e6,
                times.getMaxValue() / 1e6);
        return new Pass(rows, to - from, refused, report);
    }

    private int judged(List<Pass> passes, double bare) {
        double best = passes.stream()
                .mapToDouble(pass -> pass.rows().steadyPerSecond())
                .max()
                .orElse(0);
        double share = best * HANDSHAKES_A_MOVE / bare;
        LoadReport load = passes.get(passes.size() - 1).load();
        say(
                "best %.1f moves/s of %.1f that two bare handshakes each would allow: %.0f %%",
                best, bare / HANDSHAKES_A_MOVE, share * 100);
        say("schedule of the commands: %s", load.judgement());
        if (load.verdict() == LoadReport.Verdict.INVALID) {
            return INVALID;
        }
        boolean whole = passes.stream()
                .allMatch(pass -> pass.refused() == 0 && pass.rows().arrived() == pass.devices());
        if (!whole) {
            say("failed: not every device arrived");
            return 1;
        }
        if (share < demand) {
            say("failed: %.2f of bare TLS is less than the demanded %.2f", share, demand);
            return 1;
        }
        return 0;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}
