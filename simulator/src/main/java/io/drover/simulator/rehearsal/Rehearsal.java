package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.TemplateKind;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.LocalPorts;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Carries one rehearsal out, from an empty cloud to the verdict. Blocking; runs on the caller's thread. */
final class Rehearsal {
    private static final String SUFFIX = "test";
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(500);

    private final RehearsalOptions options;
    private final Scenario scenario;
    private final ProgressView view;
    private final Clock clock;
    private final String clientSecret = randomSecret();
    private final String webhookToken = randomSecret();
    private final Map<String, Long> peakMemory = new TreeMap<>();
    private final Kills kills;
    private final Kills killsBack;
    private List<Instant> restarts = List.of();
    private Optional<JsonNode> workersPlan = Optional.empty();
    private Instant workerStarted = Instant.EPOCH;

    Rehearsal(RehearsalOptions options, Scenario scenario, ProgressView view, Clock clock) {
        this.options = options;
        this.scenario = scenario;
        this.view = view;
        this.clock = clock;
        this.kills = new Kills(options.killWorkerAt(), options.randomKills(), options.seed());
        this.killsBack = new Kills(
                options.thereAndBack() ? options.killWorkerAt() : List.of(),
                options.thereAndBack() ? options.randomKills() : 0,
                options.seed() + 1);
    }

    RehearsalResult run() {
        try (ChildProcess cloudProcess = startCloud()) {
            JsonNode ready = cloudProcess.awaitReady(START_PATIENCE);
            ControlClient cloud = new ControlClient(ready.path("controlPort").asInt());
            view.step("Emulated Azure listens: HTTPS " + ready.path("httpsPort").asInt() + ", MQTT "
                    + ready.path("mqttPort").asInt() + ", AMQP "
                    + ready.path("amqpPort").asInt());
            enforceQuotas(cloud, false);
            new RehearsalEstate(options.direction()).create(cloud, clientSecret, scenario);
            try (AzureRest rest = rest(ready);
                    ChildProcess fleetProcess = startFleet(ready)) {
                SiteEnrollments enrollments =
                        new SiteEnrollments(options.direction().source(), scenario, rest);
                enrollments.prepare();
                if (scenario.twins()) {
                    new OwnedData(options.direction(), scenario, rest).give();
                }
                ControlClient fleet = new ControlClient(fleetProcess
                        .awaitReady(START_PATIENCE)
                        .path("controlPort")
                        .asInt());
                awaitFleet(fleet, fleetProcess);
                enrollments.spoil();
                enforceQuotas(cloud, true);
                FaultPlan plan = new FaultPlan(cloud, scenario.faults());
                plan.switchOn();
                Map<String, JsonNode> owned = scenario.twins() && options.thereAndBack()
                        ? TwinComparison.twins(cloud, options.direction().source())
                        : Map.of();
                List<String> apply = prepareWorker(ready, rest);
                JsonNode before = cloud.get("/control/quotas");
                Duration took = migrate(apply);
                JsonNode after = cloud.get("/control/quotas");
                plan.summary().ifPresent(view::step);
                List<LedgerEntry> ledger = readLedger("ledger.csv", List.of());
                List<DeviceTruth> truth = readTruth(cloud);
                rememberPeak("cloud", cloudProcess);
                rememberPeak("fleet", fleetProcess);
                Reconciliation reconciliation =
                        Reconciliation.of(ledger, truth, unlisted()).with(compareTwins(cloud, truth));
                Optional<ReturnLeg> back =
                        options.thereAndBack() ? Optional.of(goBack(cloud, ledger, truth, owned)) : Optional.empty();
                List<Reconciliation.Mismatch> left =
                        options.cleanup() ? cleanUp(cloud, ledger, back.isPresent()) : List.of();
                return result(
                        ledger,
                        truth,
                        reconciliation.with(left),
                        took,
                        LimitUse.of(before, after, truth, options.direction()),
                        back);
            }
        }
    }

    /** The fleet runs in the work folder, so a file is named as seen from anywhere. */
    private String scenarioForFleet() {
        Path file = Path.of(options.scenarioArgument());
        return Files.isRegularFile(file) ? file.toAbsolutePath().toString() : options.scenarioArgument();
    }

    /** Empty where the devices own nothing. */
    private Optional<TwinComparison> compareTwins(ControlClient cloud, List<DeviceTruth> truth) {
        return scenario.twins()
                ? Optional.of(TwinComparison.read(
                        cloud, options.direction().source(), options.direction().target(), truth))
                : Optional.empty();
    }

    private ChildProcess startCloud() {
        view.step(
                "Starting the emulated Azure, " + options.devices() + " devices, scenario " + scenario.name() + " ...");
        return ChildProcess.start(
                "cloud",
                options.folder(),
                heap(1536),
                options.simulatorJar(),
                List.of(
                        "cloud",
                        "--https-port=0",
                        "--mqtt-port=0",
                        "--amqp-port=0",
                        "--control-port=0",
                        "--suffix=" + SUFFIX,
                        "--data-dir=" + options.folder().resolve("cloud"),
                        "--time-compression=" + scenario.timeCompression(),
                        "--ready-line",
                        "--stop-with-stdin"),
                Map.of());
    }

    private ChildProcess startFleet(JsonNode cloudReady) {
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=http://127.0.0.1:" + cloudReady.path("controlPort").asInt(),
                "--https-port=" + cloudReady.path("httpsPort").asInt(),
                "--mqtt-port=" + cloudReady.path("mqttPort").asInt(),
                "--ca=" + cloudReady.path("caCertificate").asText(),
                "--scenario=" + scenarioForFleet(),
                "--devices=" + options.devices(),
                "--seed=" + options.seed(),
                "--suffix=" + SUFFIX,
                "--control-port=0",
                "--ready-line",
                "--stop-with-stdin"));
        arguments.addAll(List.of(options.direction().fleetOptions()));
        return ChildProcess.start("fleet", options.folder(), heap(1536), options.simulatorJar(), arguments, Map.of());
    }

    /** Waits until every device that will connect at the source has done so. */
    private void awaitFleet(ControlClient fleet, ChildProcess process) {
        fleet.post("/fleet/start", JsonNodeFactory.instance.objectNode());
        Instant deadline = clock.instant().plus(options.patience());
        while (clock.instant().isBefore(deadline)) {
            JsonNode phases = fleet.get("/fleet/status").path("phases");
            long source = phases.path("source").asLong();
            long settled = source
                    + phases.path("offline").asLong()
                    + phases.path("stopped").asLong();
            view.update("devices connected at the source: " + source + "/" + options.devices(), clock.instant());
            if (settled >= options.devices()) {
                view.step("Fleet is up: " + source + " devices connected at the source, " + (options.devices() - source)
                        + " offline.");
                return;
            }
            if (process.nextLine(POLL).isPresent() || process.hasEnded()) {
                throw process.failure("stopped while its devices connected");
            }
        }
        throw process.failure("did not connect its devices within "
                + options.patience().toSeconds() + " s; last status " + fleet.get("/fleet/status"));
    }

    /** Its configuration and, where wanted, its plan; returns the command that migrates. */
    private List<String> prepareWorker(JsonNode cloudReady, AzureRest rest) {
        WorkerConfiguration.Place place = new WorkerConfiguration.Place(
                options.direction(), options.folder(), options.ledgerUrl(), options.ledgerUser());
        WorkerConfiguration.write(place, cloudReady, SUFFIX, deadlines(), scenario);
        List<String> apply = new ArrayList<>(List.of("apply", "--output=json"));
        if (options.webhook()) {
            apply.addAll(exportConnectivity(rest));
        }
        if (options.plan()) {
            workersPlan = Optional.of(readPlan());
        }
        return apply;
    }

    private Duration migrate(List<String> apply) {
        Instant start = clock.instant();
        workerStarted = start;
        try (WorkerCrew crew =
                new WorkerCrew(() -> startWorker("worker", apply), kills, options.restartWorkers(), view, clock)) {
            crew.run(options.workers(), options.patience(), worker -> rememberPeak("worker", worker));
            restarts = crew.restarts();
        }
        return Duration.between(start, clock.instant());
    }

    /** Returns all that has moved, with as many kills as there were on the way there. */
    private ReturnLeg goBack(
            ControlClient cloud, List<LedgerEntry> ledger, List<DeviceTruth> truth, Map<String, JsonNode> owned) {
        view.step("Returning the devices that moved ...");
        Instant start = clock.instant();
        try (WorkerCrew crew = new WorkerCrew(
                () -> startWorker("worker-failback", List.of("failback", "--output=json")),
                killsBack,
                options.restartWorkers(),
                view,
                clock)) {
            crew.run(options.workers(), options.patience(), worker -> rememberPeak("worker", worker));
        }
        Duration took = Duration.between(start, clock.instant());
        List<LedgerEntry> back = readLedger("ledger-return.csv", List.of("--set=migration.name=rehearsal-return"));
        return new ReturnLeg(
                RehearsalResult.count(back.stream().map(LedgerEntry::state).toList()),
                took,
                ReturnLeg.compare(ledger, back, ReturnLeg.whereabouts(cloud, options.direction()), start),
                scenario.twins()
                        ? Optional.of(TwinComparison.of(
                                owned,
                                TwinComparison.twins(cloud, options.direction().source()),
                                truth))
                        : Optional.empty());
    }

    /** Deletes at the source what is proven; what returned, or never left, must still be there, and nothing else. */
    private List<Reconciliation.Mismatch> cleanUp(ControlClient cloud, List<LedgerEntry> ledger, boolean returned) {
        long deleted = 0;
        try (ChildProcess cleanup = startWorker(
                "worker-cleanup", List.of("cleanup", "--after=1s", "--confirm=rehearsal", "--output=csv"))) {
            while (!cleanup.hasEnded()) {
                deleted += cleanup.nextLine(POLL)
                        .filter(line -> line.strip().endsWith(",PROVEN"))
                        .map(line -> 1)
                        .orElse(0);
            }
            if (cleanup.awaitExit(START_PATIENCE) != 0) {
                throw cleanup.failure("failed");
            }
        }
        Set<String> there = ReturnLeg.whereabouts(cloud, options.direction()).keySet();
        view.step("Cleanup deleted " + deleted + " devices at the source; " + there.size() + " are still there.");
        return ledger.stream()
                .filter(entry -> there.contains(entry.deviceId()) == (entry.isMigrated() && !returned))
                .map(entry -> new Reconciliation.Mismatch(
                        entry.deviceId(),
                        there.contains(entry.deviceId())
                                ? "moved, but was not cleaned up at the source"
                                : "was deleted at the source though it had not moved for good"))
                .toList();
    }

    /** Once the fleet is connected, so that only devices that come later are told of; gives the worker's part of it. */
    private List<String> exportConnectivity(AzureRest rest) {
        int port = freePort();
        new ConnectivityExport(rest).create(port, webhookToken);
        view.step("IoT Central exports connectivity changes to the worker's webhook on port " + port + ".");
        return List.of(
                "--set=webhook.port=" + port, "--set=webhook.token.env=" + WorkerConfiguration.WEBHOOK_TOKEN_VARIABLE);
    }

    private AzureRest rest(JsonNode cloudReady) {
        return new AzureRest(
                cloudReady.path("httpsPort").asInt(),
                cloudReady.path("caCertificate").asText(),
                SUFFIX,
                clientSecret);
    }

    private static int freePort() {
        try {
            return LocalPorts.free();
        } catch (IOException none) {
            throw new RehearsalException("The worker's webhook has no port: " + none.getMessage(), none);
        }
    }

    private JsonNode readPlan() {
        StringBuilder text = new StringBuilder();
        try (ChildProcess plan = startWorker("worker-plan", List.of("plan", "--output=json"))) {
            while (!plan.hasEnded()) {
                plan.nextLine(POLL).ifPresent(text::append);
            }
            return new ObjectMapper().readTree(text.toString());
        } catch (IOException e) {
            throw new RehearsalException("The worker's plan cannot be read: " + e.getMessage(), e);
        }
    }

    private List<LedgerEntry> readLedger(String name, List<String> more) {
        Path csv = options.folder().resolve(name);
        List<String> arguments = new ArrayList<>(List.of("report", "--output=csv"));
        arguments.addAll(more);
        try (ChildProcess report = startWorker("worker-report", arguments);
                BufferedWriter file = Files.newBufferedWriter(csv)) {
            while (!report.hasEnded()) {
                Optional<String> line = report.nextLine(POLL);
                if (line.isPresent()) {
                    file.write(line.get());
                    file.newLine();
                }
            }
        } catch (IOException e) {
            throw new RehearsalException("The worker's report " + csv + " cannot be written: " + e.getMessage(), e);
        }
        return LedgerEntry.readAll(csv);
    }

    private List<DeviceTruth> readTruth(ControlClient cloud) {
        List<DeviceTruth> truth = new ArrayList<>(options.devices());
        cloud.lines(
                "/control/truth?" + options.direction().source().query(),
                line -> truth.add(
                        DeviceTruth.parse(line, options.direction().target().name())));
        if (truth.size() != options.devices()) {
            throw new RehearsalException("The source knows " + truth.size() + " devices instead of " + options.devices()
                    + ", so the ledger cannot be held against all of them.");
        }
        return truth;
    }

    private ChildProcess startWorker(String name, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.add("--config=" + options.folder().resolve("worker.yaml"));
        return ChildProcess.start(
                name,
                options.folder(),
                heap(512),
                options.workerJar(),
                all,
                Map.of(
                        WorkerConfiguration.SECRET_VARIABLE,
                        clientSecret,
                        WorkerConfiguration.WEBHOOK_TOKEN_VARIABLE,
                        webhookToken));
    }

    /** Devices without a template, which are in no device group. */
    private Set<String> unlisted() {
        return options.direction().fromCentral()
                ? IntStream.range(0, scenario.devices())
                        .filter(index -> scenario.groupOf(index).template() == TemplateKind.NONE)
                        .mapToObj(scenario::deviceId)
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private RehearsalResult result(
            List<LedgerEntry> ledger,
            List<DeviceTruth> truth,
            Reconciliation reconciliation,
            Duration took,
            LimitUse limits,
            Optional<ReturnLeg> back) {
        return new RehearsalResult(
                scenario.name(),
                options.devices(),
                options.seed(),
                RehearsalResult.count(ledger.stream().map(LedgerEntry::state).toList()),
                RehearsalResult.count(ledger.stream()
                        .filter(entry -> !entry.isMigrated())
                        .map(LedgerEntry::reason)
                        .toList()),
                took,
                RehearsalResult.commandToArrival(truth),
                RehearsalResult.connectToCommand(truth),
                reconciliation,
                Map.copyOf(peakMemory),
                kills.done() + killsBack.done(),
                Recovery.of(restarts, truth),
                limits,
                workersPlan.map(plan -> PlanEstimate.of(plan, truth, workerStarted)),
                back);
    }

    private void rememberPeak(String name, ChildProcess process) {
        process.peakResidentMebibytes().ifPresent(size -> peakMemory.merge(name, size, Math::max));
    }

    private static void enforceQuotas(ControlClient cloud, boolean enforced) {
        cloud.post("/control/quotas", JsonNodeFactory.instance.objectNode().put("enforced", enforced));
    }

    /** Documented waits divided by the time compression, but never shorter than a real round trip needs. */
    private WorkerConfiguration.Deadlines deadlines() {
        return new WorkerConfiguration.Deadlines(
                compressed(Duration.ofSeconds(30), Duration.ofSeconds(5)),
                compressed(Duration.ofMinutes(5), Duration.ofSeconds(15)),
                compressed(Duration.ofMinutes(10), Duration.ofSeconds(20)));
    }

    private Duration compressed(Duration documented, Duration least) {
        Duration scaled = documented.dividedBy(scenario.timeCompression());
        return scaled.compareTo(least) < 0 ? least : scaled;
    }

    private static List<String> heap(int mebibytes) {
        return List.of("-Xmx" + mebibytes + "m");
    }

    private static String randomSecret() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
