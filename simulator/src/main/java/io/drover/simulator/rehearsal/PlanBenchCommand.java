package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How long the worker's plan of many devices takes and how much memory it needs, in a heap of a given size. The devices of an
 * application exist in its list only; those of a hub have an identity and an enrollment of their own. None of them runs.
 */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Creates devices in an emulated cloud, quotas off, and lets the worker plan their move.")
public final class PlanBenchCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final String SECRET = "bench";
    private static final String SUFFIX = "test";
    private static final int IDENTITIES_AT_ONCE = 100;
    private static final int CALLS_AT_ONCE = 1000;

    @Option(names = "--devices", defaultValue = "200000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--direction",
            defaultValue = "central-to-hub",
            description = "Out of what, into what (default: ${DEFAULT-VALUE}).")
    private String asked;

    @Option(names = "--heap", defaultValue = "256m", description = "The worker's -Xmx (default: ${DEFAULT-VALUE}).")
    private String heap;

    @Option(names = "--worker-jar", defaultValue = "worker/target/worker.jar", description = "The worker to measure.")
    private Path workerJar;

    @Option(names = "--simulator-jar", defaultValue = "simulator/target/simulator.jar", description = "The emulator.")
    private Path simulatorJar;

    @Option(names = "--work-dir", required = true, description = "Folder for logs and the plan.")
    private Path folder;

    private Direction direction;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        direction = Direction.named(asked);
        Path work = Files.createDirectories(folder.toAbsolutePath());
        Scenario scenario = ScenarioLoader.load(direction.fromCentral() ? "default" : "device-key")
                .withDevices(devices);
        try (ChildProcess cloudProcess = startCloud(work)) {
            JsonNode ready = cloudProcess.awaitReady(Duration.ofMinutes(1));
            ControlClient cloud = new ControlClient(ready.path("controlPort").asInt());
            cloud.post("/control/quotas", JsonNodeFactory.instance.objectNode().put("enforced", false));
            new RehearsalEstate(direction).create(cloud, SECRET, scenario);
            if (!direction.fromCentral()) {
                hubDevices(ready, scenario);
            }
            configuration(work, ready, scenario);
            long before = changes(cloud);
            Measured measured = plan(work);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "plan of %d devices, %s, -Xmx%s: %.1f s, peak resident %d MiB; %d changes in the cloud%n",
                    measured.lines(),
                    asked,
                    heap,
                    measured.seconds(),
                    measured.mebibytes(),
                    changes(cloud) - before);
            out.flush();
            return measured.exit() == 0 && measured.lines() == devices ? 0 : 1;
        }
    }

    private record Measured(int exit, long lines, double seconds, long mebibytes) {}

    private static long changes(ControlClient cloud) {
        return cloud.get("/control/changes").path("total").asLong();
    }

    private ChildProcess startCloud(Path work) {
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
                        "--time-compression=10",
                        "--ready-line",
                        "--stop-with-stdin"),
                Map.of());
    }

    private void hubDevices(JsonNode ready, Scenario scenario) {
        try (AzureRest rest = new AzureRest(
                ready.path("httpsPort").asInt(), ready.path("caCertificate").asText(), SUFFIX, SECRET)) {
            List<Call> calls = new ArrayList<>();
            for (int from = 0; from < devices; from += IDENTITIES_AT_ONCE) {
                JsonArray items = new JsonArray();
                for (int index = from; index < Math.min(devices, from + IDENTITIES_AT_ONCE); index++) {
                    items.add(new JsonObject()
                            .put("id", scenario.deviceId(index))
                            .put("importMode", "create")
                            .put("status", "enabled"));
                }
                calls.add(new Call(HttpMethod.POST, Service.HUB, RehearsalEstate.SOURCE_HUB, "/devices", items));
                if (calls.size() == CALLS_AT_ONCE || from + IDENTITIES_AT_ONCE >= devices) {
                    rest.all(calls);
                    calls.clear();
                }
            }
            new SiteEnrollments(direction.source(), scenario, rest).prepare();
        }
    }

    private void configuration(Path work, JsonNode ready, Scenario scenario) {
        WorkerConfiguration.Place place = new WorkerConfiguration.Place(direction, work);
        Duration step = Duration.ofMinutes(1);
        WorkerConfiguration.write(place, ready, SUFFIX, new WorkerConfiguration.Deadlines(step, step, step), scenario);
    }

    private Measured plan(Path work) throws IOException {
        long started = System.nanoTime();
        long lines = -1;
        long peak = 0;
        try (ChildProcess plan = ChildProcess.start(
                        "plan",
                        work,
                        List.of("-Xmx" + heap),
                        workerJar.toAbsolutePath(),
                        List.of("plan", "--output=csv", "--config=" + work.resolve("worker.yaml")),
                        Map.of(WorkerConfiguration.SECRET_VARIABLE, SECRET));
                PrintWriter csv = new PrintWriter(Files.newBufferedWriter(work.resolve("plan.csv")))) {
            while (!plan.hasEnded()) {
                Optional<String> line = plan.nextLine(POLL);
                if (line.isPresent()) {
                    csv.println(line.get());
                    lines++;
                }
                if (line.isEmpty() || lines % CALLS_AT_ONCE == 0) {
                    peak = Math.max(peak, plan.peakResidentMebibytes().orElse(0L));
                }
            }
            return new Measured(plan.awaitExit(POLL), lines, (System.nanoTime() - started) / 1e9, peak);
        }
    }
}
