package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What it costs a migration, and how quickly they are served, when many people watch it: once its pace is steady, turns with and without
 * them alternate in one run, while live devices move. The other devices are in the application's list only and wait for their wave. All
 * of it shares one machine, the people's own share of which is told.
 */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        description =
                "Lets browsers watch a migration of many devices, and measures them and its pace with and without them.")
public final class ConsoleBenchCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String SECRET = "bench";
    private static final String SUFFIX = "test";
    private static final String MIGRATION = "rehearsal";
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final int LISTED = 100;
    private static final double MOST_DIFFERENCE = 5;
    private static final double MOST_LAG_MILLIS = 1000;
    private static final double MOST_LIST_MILLIS = 200;

    @Option(names = "--devices", defaultValue = "100000", description = "Of the migration (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--live",
            defaultValue = "9000",
            description = "Of them, that are there and move (default: ${DEFAULT-VALUE}).")
    private int live;

    @Option(names = "--browsers", defaultValue = "200", description = "That watch (default: ${DEFAULT-VALUE}).")
    private int browsers;

    @Option(
            names = "--time-compression",
            defaultValue = "4",
            description = "How many times faster than Azure its limits are; they, and not this machine, shall bind the"
                    + " pace (default: ${DEFAULT-VALUE}).")
    private int timeCompression;

    @Option(
            names = "--turns",
            defaultValue = "2",
            description = "With and without them, each (default: ${DEFAULT-VALUE}).")
    private int turns;

    @Option(names = "--turn-seconds", defaultValue = "60", description = "Of each turn (default: ${DEFAULT-VALUE}).")
    private int turnSeconds;

    @Option(
            names = "--demand",
            description =
                    "Fail when events come later than 1 s (p95), lists later than 200 ms (p95), or the pace differs by"
                            + " more than 5 %%.")
    private boolean demand;

    @Option(names = "--worker-jar", defaultValue = "worker/target/worker.jar", description = "The worker to measure.")
    private Path workerJar;

    @Option(names = "--simulator-jar", defaultValue = "simulator/target/simulator.jar", description = "The emulator.")
    private Path simulatorJar;

    @Option(names = "--work-dir", required = true, description = "Folder for logs and the ledger.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    private Path work;

    @Override
    public Integer call() throws Exception {
        work = Files.createDirectories(folder.toAbsolutePath());
        Scenario scenario = ScenarioLoader.load("default").withDevices(live).withTimeCompression(timeCompression);
        try (ChildProcess cloudProcess = startCloud(scenario)) {
            JsonNode ready = cloudProcess.awaitReady(Duration.ofMinutes(1));
            ControlClient cloud = new ControlClient(ready.path("controlPort").asInt());
            cloud.post("/control/quotas", JsonNodeFactory.instance.objectNode().put("enforced", false));
            new RehearsalEstate(Direction.CENTRAL_TO_HUB).create(cloud, SECRET, scenario);
            cloud.post(
                    "/control/applications/" + RehearsalEstate.APPLICATION + "/devices",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("template", RehearsalEstate.DEVICE_TEMPLATE)
                            .put("prefix", "parked-")
                            .put("from", 0)
                            .put("count", devices - live));
            configuration(ready, scenario);
            try (ChildProcess fleetProcess = startFleet(ready)) {
                awaitFleet(fleetProcess);
                cloud.post(
                        "/control/quotas", JsonNodeFactory.instance.objectNode().put("enforced", true));
                try (ChildProcess worker = serve()) {
                    Map<String, ChildProcess> processes = new LinkedHashMap<>();
                    processes.put("worker", worker);
                    processes.put("emulated Azure", cloudProcess);
                    processes.put("devices", fleetProcess);
                    return measure(address(worker), processes);
                }
            }
        }
    }

    private ChildProcess startCloud(Scenario scenario) {
        return ChildProcess.start(
                "cloud",
                work,
                List.of("-Xmx2g"),
                simulatorJar.toAbsolutePath(),
                List.of(
                        "cloud",
                        "--https-port=0",
                        "--mqtt-port=0",
                        "--amqp-port=0",
                        "--control-port=0",
                        "--suffix=" + SUFFIX,
                        "--data-dir=" + work.resolve("cloud"),
                        "--time-compression=" + scenario.timeCompression(),
                        "--ready-line",
                        "--stop-with-stdin"),
                Map.of());
    }

    private ChildProcess startFleet(JsonNode ready) {
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=http://127.0.0.1:" + ready.path("controlPort").asInt(),
                "--https-port=" + ready.path("httpsPort").asInt(),
                "--mqtt-port=" + ready.path("mqttPort").asInt(),
                "--ca=" + ready.path("caCertificate").asText(),
                "--scenario=default",
                "--devices=" + live,
                "--suffix=" + SUFFIX,
                "--control-port=0",
                "--ready-line",
                "--stop-with-stdin"));
        arguments.addAll(List.of(Direction.CENTRAL_TO_HUB.fleetOptions()));
        return ChildProcess.start("fleet", work, List.of("-Xmx2g"), simulatorJar.toAbsolutePath(), arguments, Map.of());
    }

    private void awaitFleet(ChildProcess process) {
        ControlClient fleet = new ControlClient(
                process.awaitReady(Duration.ofMinutes(1)).path("controlPort").asInt());
        fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (fleet.get("/fleet/status").path("phases").path("source").asInt() < live) {
            process.nextLine(POLL);
            if (process.hasEnded() || System.nanoTime() > deadline) {
                throw process.failure("did not connect its devices");
            }
        }
    }

    private void configuration(JsonNode ready, Scenario scenario) {
        WorkerConfiguration.Place place = new WorkerConfiguration.Place(Direction.CENTRAL_TO_HUB, work);
        Duration step = Duration.ofMinutes(1);
        WorkerConfiguration.write(place, ready, SUFFIX, new WorkerConfiguration.Deadlines(step, step, step), scenario);
    }

    private ChildProcess serve() {
        return ChildProcess.start(
                "serve",
                work,
                List.of("-Xmx512m"),
                workerJar.toAbsolutePath(),
                List.of(
                        "serve",
                        "--config=" + work.resolve("worker.yaml"),
                        "--stop-with-stdin",
                        "--set=api={ port: 0, limits: { requests: 1000/s, listeners: 1000 } }",
                        "--set=migration.rollout={ waves: [{ name: live, match: { id: \"truck-*\" }, then: wait },"
                                + " { name: parked, match: { id: \"parked-*\" } }] }"),
                Map.of(WorkerConfiguration.SECRET_VARIABLE, SECRET));
    }

    private static String address(ChildProcess worker) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!worker.hasEnded() && System.nanoTime() < deadline) {
            Optional<String> line = worker.nextLine(POLL);
            Matcher matcher = ADDRESS.matcher(line.orElse(""));
            if (matcher.find()) {
                return matcher.group();
            }
        }
        throw worker.failure("did not serve");
    }

    private int measure(String address, Map<String, ChildProcess> children) {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, ProcessHandle> processes = new LinkedHashMap<>();
        children.forEach((name, child) -> processes.put(name, child.handle()));
        processes.put("browsers", ProcessHandle.current());
        try (ConsoleCrowd crowd = new ConsoleCrowd(address, MIGRATION, browsers)) {
            crowd.apply();
            awaitMigrated(crowd, children.get("worker"));
            ConsoleTurns measured = new ConsoleTurns(crowd, Duration.ofSeconds(turnSeconds), processes);
            boolean steady = measured.awaitSteady(PATIENCE);
            measured.run(turns);
            boolean enough = crowd.probe().last().migrated() < live;
            tell(out, crowd, measured);
            if (!steady || !enough) {
                out.println("  The pace was not steady: "
                        + (enough ? "it never was the same twice." : "devices ran out; raise --live."));
            }
            out.flush();
            return demand && !(steady && enough && good(crowd, measured)) ? 1 : 0;
        }
    }

    private static void awaitMigrated(ConsoleCrowd crowd, ChildProcess worker) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (crowd.probe().last().migrated() < LISTED) {
            worker.nextLine(POLL);
            if (worker.hasEnded() || System.nanoTime() > deadline) {
                throw worker.failure("moved " + crowd.probe().last().migrated() + " devices only");
            }
        }
    }

    private void tell(PrintWriter out, ConsoleCrowd crowd, ConsoleTurns measured) {
        out.printf(
                Locale.ROOT,
                "%d browsers on a migration of %d devices, %d turns of %d s each, Azure's limits times %d,"
                        + " %d processors for all of it:%n"
                        + "  pace %.1f devices/s without, %.1f with them (%+.1f %%)%n"
                        + "    without: %s%n"
                        + "    with:    %s%n"
                        + "  events: %d, lag of the oldest change each brings p50 %.0f ms, p95 %.0f ms, p99 %.0f ms%n"
                        + "  lists: %d, p50 %.0f ms, p95 %.0f ms, p99 %.0f ms%n"
                        + "  %d requests failed or streams broke%n",
                browsers,
                crowd.probe().last().total(),
                turns,
                turnSeconds,
                timeCompression,
                Runtime.getRuntime().availableProcessors(),
                measured.pace(ConsoleTurns.Kind.WITHOUT),
                measured.pace(ConsoleTurns.Kind.WITH),
                measured.difference(),
                measured.text(ConsoleTurns.Kind.WITHOUT),
                measured.text(ConsoleTurns.Kind.WITH),
                crowd.events().getTotalCount(),
                millis(crowd.events(), 50),
                millis(crowd.events(), 95),
                millis(crowd.events(), 99),
                crowd.lists().getTotalCount(),
                millis(crowd.lists(), 50),
                millis(crowd.lists(), 95),
                millis(crowd.lists(), 99),
                crowd.failed());
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }

    private static boolean good(ConsoleCrowd crowd, ConsoleTurns measured) {
        return Math.abs(measured.difference()) <= MOST_DIFFERENCE
                && crowd.failed() == 0
                && crowd.events().getTotalCount() > 0
                && crowd.lists().getTotalCount() > 0
                && millis(crowd.events(), 95) < MOST_LAG_MILLIS
                && millis(crowd.lists(), 95) < MOST_LIST_MILLIS;
    }
}
