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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What it costs a migration, and how quickly they are served, when many people watch it: turns with and without them alternate in
 * one run, while live devices move. The other devices are in the application's list only and wait for their wave.
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
    private static final int STEADY = 300;

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
            names = "--turns",
            defaultValue = "2",
            description = "With and without them, each (default: ${DEFAULT-VALUE}).")
    private int turns;

    @Option(names = "--turn-seconds", defaultValue = "20", description = "Of each turn (default: ${DEFAULT-VALUE}).")
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
        Scenario scenario = ScenarioLoader.load("default").withDevices(live);
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
                    return measure(address(worker));
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
        RehearsalOptions options = new RehearsalOptions(
                Direction.CENTRAL_TO_HUB,
                work,
                workerJar,
                simulatorJar,
                scenario.name(),
                live,
                1,
                List.of(),
                0,
                false,
                1,
                null,
                null,
                PATIENCE,
                false,
                true,
                false,
                false,
                false);
        Duration step = Duration.ofMinutes(1);
        WorkerConfiguration.write(
                options, ready, SUFFIX, new WorkerConfiguration.Deadlines(step, step, step), scenario);
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

    private int measure(String address) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (ConsoleCrowd crowd = new ConsoleCrowd(address, MIGRATION, browsers)) {
            crowd.apply();
            crowd.awaitMigrated(STEADY, PATIENCE);
            for (int turn = 0; turn < turns; turn++) {
                crowd.turn(Duration.ofSeconds(turnSeconds), false);
                crowd.turn(Duration.ofSeconds(turnSeconds), true);
            }
            ConsoleCrowd.Figures figures = crowd.figures();
            out.printf(
                    Locale.ROOT,
                    "%d browsers on a migration of %d devices, %d turns of %d s each:%n"
                            + "  pace %.1f devices/s without, %.1f with them (%+.1f %%)%n"
                            + "  events: %d, lag p50 %.0f ms, p95 %.0f ms, p99 %.0f ms%n"
                            + "  lists: %d, p50 %.0f ms, p95 %.0f ms, p99 %.0f ms; %d refused or failed%n",
                    browsers,
                    crowd.total(),
                    turns,
                    turnSeconds,
                    figures.alone(),
                    figures.watched(),
                    figures.difference(),
                    figures.events().getTotalCount(),
                    figures.events().getValueAtPercentile(50) / 1000.0,
                    figures.events().getValueAtPercentile(95) / 1000.0,
                    figures.events().getValueAtPercentile(99) / 1000.0,
                    figures.lists().getTotalCount(),
                    figures.lists().getValueAtPercentile(50) / 1000.0,
                    figures.lists().getValueAtPercentile(95) / 1000.0,
                    figures.lists().getValueAtPercentile(99) / 1000.0,
                    figures.failed());
            out.flush();
            return demand && !figures.good() ? 1 : 0;
        }
    }
}
