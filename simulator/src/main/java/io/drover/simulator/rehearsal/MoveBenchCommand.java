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
 * first telemetry acknowledged at the target, held against what bare TLS makes of the same machine right before and after: a move is two
 * handshakes at least. Exit code 1 when devices were lost or less than {@code --demand} was reached, 2 when the load was not the intended one.
 */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves many virtual devices from end to end, quotas off, and holds the rate against bare TLS.")
public final class MoveBenchCommand implements Callable<Integer> {
    private static final int INVALID = 2;
    private static final double OPEN_LOOP_SHARE = 0.9;
    /** Of the devices that are measured, while the highest rate is found. */
    private static final double CLOSED_LOOP = 0.8;

    private static final int HANDSHAKES_A_MOVE = 2;
    private static final int BARE_WARM_UP = 3;

    /** Seconds on the way of devices that do not bound the rate themselves: one is waited as the provisioning service says. */
    private static final double SECONDS_ON_THE_WAY = 1.5;

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final Duration STILLNESS = Duration.ofSeconds(60);

    @Option(
            names = "--devices",
            defaultValue = "10000",
            description = "How many are measured (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--warm-up",
            defaultValue = "8000",
            paramLabel = "DEVICES",
            description =
                    "Devices that are moved before any is measured, so that the processes are compiled (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--ramp",
            paramLabel = "STAGES",
            description =
                    "When commands are sent, as of fleet; default: nine tenths of the highest rate, which is found first.")
    private String ramp;

    @Option(
            names = "--rounds",
            defaultValue = "2",
            description =
                    "How often the highest rate is found, between bare TLS and bare TLS (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--window",
            description =
                    "Devices on the way while the highest rate is found; default: as many as there would be at the"
                            + " rate of two bare handshakes a move, with a second that each has to wait.")
    private Integer window;

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

    @Option(names = "--processes", defaultValue = "1", description = "Of the fleet (default: ${DEFAULT-VALUE}).")
    private int processes;

    @Option(names = "--gateways", description = "As of cloud; default: none if one process may hold so many.")
    private Integer gateways;

    @Option(
            names = "--connect-rate",
            defaultValue = "500",
            description = "Devices connected per second at the source (default: ${DEFAULT-VALUE}).")
    private int connectRate;

    @Option(
            names = "--time-compression",
            defaultValue = "100",
            description = "Of what the cloud has devices wait for; at least 1 s stays (default: ${DEFAULT-VALUE}).")
    private int timeCompression;

    @Option(names = "--telemetry-seconds", defaultValue = "300", description = "Between messages of a device.")
    private int telemetrySeconds;

    @Option(
            names = "--bare-seconds",
            defaultValue = "8",
            description =
                    "How long bare TLS is measured each time, having warmed up three times as long (default: ${DEFAULT-VALUE}).")
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
    private List<String> cloudOptions =
            new ArrayList<>(List.of("-Xms3g", "-Xmx3g", "-Xmn1g", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch"));

    @Option(names = "--work-dir", required = true, description = "Folder for logs and the cloud's data.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    /**
     * What one way of commanding devices has come to.
     *
     * @param load null where nothing was intended
     * @param processorMillis of cloud and fleet, for each device that arrived
     * @param share of half the bare handshakes, measured before and after; 0 where they were not
     */
    private record Pass(
            MoveRows rows, int devices, long refused, LoadReport load, double processorMillis, double share) {}

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        Duration limit = checked();
        Path work = Files.createDirectories(folder.toAbsolutePath());
        BareTls.describeMachine(out);
        say("load average at the start %.1f", load());
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try (BareTls bare = new BareTls(vertx, Files.createDirectories(work.resolve("bare")), List.of("-Xmx256m"))) {
            bare.measure(Duration.ofSeconds((long) BARE_WARM_UP * bareSeconds));
            BareTls.Rate alone = bare.measure(Duration.ofSeconds(bareSeconds));
            say(
                    "bare TLS alone: %.0f handshakes/s, %.2f processor ms each",
                    alone.perSecond(), alone.processorMillis());
            if (window == null) {
                window = onTheWay(alone);
            }
            return judged(moves(work, bare, limit));
        } catch (TimeoutException late) {
            say("failed: %s", late.getMessage());
            return 1;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** As many as the machine could move at best while one is on the way, so that it is the machine that bounds the rate. */
    private int onTheWay(BareTls.Rate bare) {
        double most = Math.max(1, devices * CLOSED_LOOP / rounds / 2);
        return (int) Math.min(most, Math.ceil(bare.perSecond() / HANDSHAKES_A_MOVE * SECONDS_ON_THE_WAY));
    }

    private Duration checked() {
        try {
            if (devices < 20
                    || warmUp < 0
                    || rounds < 1
                    || (window != null && window < 1)
                    || processes < 1
                    || bareSeconds < 1
                    || connectRate < 1) {
                throw new IllegalArgumentException("give 20 devices or more, 0 or more to warm up,"
                        + " and 1 or more of rounds, window, processes, seconds and rate");
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

    private List<Pass> moves(Path work, BareTls bare, Duration limit) throws Exception {
        MoveProcesses.Setup setup = new MoveProcesses.Setup(
                Direction.named(direction),
                warmUp + devices,
                connectRate,
                processes,
                gateways,
                timeCompression,
                telemetrySeconds,
                cloudOptions,
                environment());
        List<Pass> passes = new ArrayList<>();
        try (MoveProcesses running = new MoveProcesses(work, setup)) {
            say("connected at the source: %d devices in %.0f s", warmUp + devices, running.connectAll(PATIENCE));
            try (MoveCommands commands = new MoveCommands(
                    running.prepareMove(),
                    warmUp + devices,
                    index -> running.scenario().deviceId(index))) {
                if (warmUp > 0) {
                    highest("to warm up", running, commands, 0, warmUp);
                }
                if (ramp == null) {
                    found(running, commands, bare, limit, passes);
                } else {
                    passes.add(beside(
                            bare,
                            running,
                            new ArrayList<>(List.of(measured(bare, running))),
                            () -> open(running, commands, LoadProfile.of(LoadGrammar.stages(ramp), 0), warmUp, limit)));
                }
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

    /** The highest rate in each round, and then the other devices at a rate that it bears. */
    private void found(MoveProcesses running, MoveCommands commands, BareTls bare, Duration limit, List<Pass> passes)
            throws Exception {
        int each = (int) (devices * CLOSED_LOOP / rounds);
        List<BareTls.Rate> handshakes = new ArrayList<>(List.of(measured(bare, running)));
        for (int round = 0; round < rounds; round++) {
            int from = warmUp + round * each;
            passes.add(beside(
                    bare, running, handshakes, () -> highest("closed loop", running, commands, from, from + each)));
        }
        double rate = OPEN_LOOP_SHARE
                * passes.stream()
                        .mapToDouble(pass -> pass.rows().steadyPerSecond())
                        .average()
                        .orElse(0);
        if (!(rate > 0)) {
            throw new TimeoutException(
                    "too few devices arrived for a rate; " + commands.refusals() + " " + running.errors());
        }
        say("open loop at %.1f commands/s", rate);
        passes.add(open(running, commands, LoadProfile.steady(rate), warmUp + rounds * each, limit));
    }

    private interface Moving {
        Pass move() throws TimeoutException;
    }

    /** Held against bare TLS as it was last and is right after. */
    private Pass beside(BareTls bare, MoveProcesses running, List<BareTls.Rate> handshakes, Moving moving)
            throws Exception {
        BareTls.Rate before = handshakes.get(handshakes.size() - 1);
        Pass pass = moving.move();
        BareTls.Rate after = measured(bare, running);
        handshakes.add(after);
        double could = (before.perSecond() + after.perSecond()) / 2 / HANDSHAKES_A_MOVE;
        double share = pass.rows().steadyPerSecond() / could;
        double least = (before.processorMillis() + after.processorMillis()) / 2 * HANDSHAKES_A_MOVE;
        say(
                "%.1f moves/s of %.1f that two bare handshakes each would allow: %.0f %%;"
                        + " %.2f processor ms a move, two bare handshakes %.2f: %.0f %%",
                pass.rows().steadyPerSecond(),
                could,
                share * 100,
                pass.processorMillis(),
                least,
                least / pass.processorMillis() * 100);
        return new Pass(pass.rows(), pass.devices(), pass.refused(), pass.load(), pass.processorMillis(), share);
    }

    private BareTls.Rate measured(BareTls bare, MoveProcesses running) throws Exception {
        running.awaitQuiet();
        double usedBefore = running.cloudCpu() + running.fleetCpu();
        BareTls.Rate handshakes = bare.measure(Duration.ofSeconds(bareSeconds));
        say(
                "bare TLS: %.0f handshakes/s, %.2f processor ms each; cloud and fleet at rest beside it took %.2f of a processor",
                handshakes.perSecond(),
                handshakes.processorMillis(),
                (running.cloudCpu() + running.fleetCpu() - usedBefore) / bareSeconds);
        return handshakes;
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

    private Pass highest(String name, MoveProcesses running, MoveCommands commands, int from, int to)
            throws TimeoutException {
        return pass(name + ", " + window + " on the way", running, commands, from, to, () -> {
            commands.closedLoop(from, to, window, running::arrived, PATIENCE);
            return null;
        });
    }

    private Pass open(MoveProcesses running, MoveCommands commands, LoadProfile profile, int from, Duration limit)
            throws TimeoutException {
        int to = warmUp + devices;
        long[] intended =
                LongStream.range(0, to - from).map(profile::intendedNanos).toArray();
        return pass("open loop", running, commands, from, to, () -> commands.openLoop(from, to, intended, limit));
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
        double cloudEach = (running.cloudCpu() - cloudCpu) * 1_000 / moved;
        double fleetEach = (running.fleetCpu() - fleetCpu) * 1_000 / moved;
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
                cloudEach,
                fleetEach,
                running.errors());
        Histogram times = rows.reprovisioning();
        say(
                "%s: from the intended command to the first telemetry at the target p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, most %.0f ms",
                name,
                times.getValueAtPercentile(50) / 1e6,
                times.getValueAtPercentile(95) / 1e6,
                times.getValueAtPercentile(99) / 1e6,
                times.getMaxValue() / 1e6);
        return new Pass(rows, to - from, refused, report, cloudEach + fleetEach, 0);
    }

    private int judged(List<Pass> passes) {
        double[] shares = passes.stream()
                .mapToDouble(Pass::share)
                .filter(share -> share > 0)
                .sorted()
                .toArray();
        double share = shares.length == 0 ? 0 : (shares[(shares.length - 1) / 2] + shares[shares.length / 2]) / 2;
        LoadReport load = passes.get(passes.size() - 1).load();
        say("load average at the end %.1f; median share of half the bare handshakes: %.0f %%", load(), share * 100);
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
