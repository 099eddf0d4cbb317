package io.drover.simulator.fleet;

import io.drover.simulator.cluster.ClusterAddress;
import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.cluster.FleetMember;
import io.drover.simulator.cluster.JoinOptions;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.lean.MqttDial;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.fleet.sdk.SdkCapacity;
import io.drover.simulator.fleet.sdk.SdkEngine;
import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.LoadRecorder;
import io.drover.simulator.load.LoadRun;
import io.drover.simulator.metrics.MetricsPage;
import io.drover.simulator.process.ChildProcessException;
import io.drover.simulator.process.OpenFiles;
import io.drover.simulator.tls.TlsEngine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulator.jar fleet}: runs the virtual devices of a scenario against an emulated cloud. */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        description =
                "Runs virtual devices against an emulated cloud, or, with --join, a part of a coordinator's devices.")
public final class FleetCommand implements Callable<Integer> {
    private static final long START_DEADLINE_SECONDS = 60;
    private static final Set<String> WITH_JOIN = Set.of("--processes", "--source-addresses", "--stop-with-stdin");

    @Spec
    CommandSpec spec;

    @Option(names = "--control", description = "Control URL of the cloud, http://127.0.0.1:PORT")
    URI control;

    @Option(
            names = "--cloud-host",
            defaultValue = ClusterAddress.LOOPBACK,
            description = "Machine of the cloud, where its MQTT and HTTPS are (default: ${DEFAULT-VALUE})")
    String cloudHost;

    @Option(
            names = "--https-port",
            defaultValue = "443",
            description = "HTTPS port of the cloud, where devices with a TPM register")
    int httpsPort;

    @Option(names = "--mqtt-port", description = "MQTT-TLS port of the cloud")
    Integer mqttPort;

    @Option(names = "--ca", description = "CA certificate of the cloud, PEM")
    Path ca;

    @Option(names = "--application", description = "Subdomain of the devices' IoT Central application")
    String application;

    @Option(names = "--provisioning-service", description = "DPS of the devices, for a fleet of an IoT hub")
    String provisioningService;

    @Option(names = "--enrollment-group", description = "Enrollment group of the devices in that DPS")
    String enrollmentGroup;

    @Option(
            names = "--scenario",
            defaultValue = "default",
            description =
                    "Scenario file, or default, mixed, faults, jobs, sdk, waves, twins, credentials, defects or a kind of credential")
    String scenarioFile;

    @Option(names = "--devices", description = "Number of devices instead of the scenario's")
    Integer devices;

    @Option(names = "--seed", description = "Seed instead of the scenario's")
    Long seed;

    @Option(names = "--from", defaultValue = "0", description = "First device index of this process")
    int from;

    @Option(names = "--to", description = "Index after the last device of this process")
    Integer to;

    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "Processes that share the devices by index range (default: as the limit of open files needs)")
    Integer processes;

    @Mixin
    LoadOptions load = new LoadOptions();

    @Option(
            names = "--source-addresses",
            split = ",",
            paramLabel = "ADDRESS",
            description =
                    "Addresses of this machine to connect from, in turn: the first half to hubs, the others to the provisioning service")
    List<String> sourceAddresses = List.of();

    @Option(names = "--suffix", defaultValue = "test", description = "Last part of the emulated host names")
    String suffix;

    @Option(names = "--control-port", defaultValue = "0", description = "Port of the fleet's own HTTP, 0 for any")
    int controlPort;

    @Option(names = "--autostart", description = "Begin at once instead of on POST /fleet/start")
    boolean autostart;

    @Option(names = "--ready-line", description = "Print one line of JSON when ready")
    boolean readyLine;

    @Option(names = "--stop-with-stdin", description = "Stop when standard input ends")
    boolean stopWithStdin;

    private InetAddress cloud;

    @ArgGroup(exclusive = false, heading = "A fleet on several machines:%n")
    JoinOptions join;

    @Override
    public Integer call() throws InterruptedException {
        if (join != null) {
            return joined();
        }
        requireCloud();
        Scenario scenario;
        Duration lagLimit;
        try {
            scenario = scenario();
            lagLimit = load.limit();
        } catch (ScenarioException wrong) {
            return complain(wrong.getMessage());
        }
        Optional<String> nowhere = unknownCloud();
        if (nowhere.isPresent()) {
            return complain(nowhere.get());
        }
        int end = to == null ? scenario.devices() : to;
        if (from < 0 || end > scenario.devices() || from >= end) {
            return complain("--from " + from + " --to " + end + " is no part of 0 to " + scenario.devices());
        }
        int count = processes == null ? OpenFiles.processesFor(end - from) : processes;
        if (count < 1 || count > FleetProcesses.MOST) {
            return complain("--processes " + count + ": give 1 to " + FleetProcesses.MOST);
        }
        int each = (end - from + count - 1) / count;
        Optional<String> beyond = OpenFiles.refusal(each, "spread the fleet with --processes")
                .or(() -> OpenFiles.portRefusal(each, "spread the fleet with --processes"));
        if (beyond.isPresent()) {
            return complain(beyond.get());
        }
        if (count > 1) {
            try (FleetEnd over = new FleetEnd(stopWithStdin)) {
                return spread(scenario, end, count, over);
            }
        }
        Optional<String> tooMany = SdkCapacity.ofThisMachine().refusal(scenario.count(Engine.AZURE_SDK, from, end));
        if (tooMany.isPresent()) {
            return complain(tooMany.get());
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try (FleetEnd over = new FleetEnd(stopWithStdin)) {
            try {
                return run(vertx, scenario, end, lagLimit, over);
            } finally {
                await(closed(vertx));
            }
        }
    }

    /** Looks the cloud up; says what is wrong with what is told of it. */
    private Optional<String> unknownCloud() {
        if ((application == null) == (provisioningService == null)
                || (provisioningService == null) != (enrollmentGroup == null)) {
            return Optional.of(
                    "name the devices' --application, or their --provisioning-service and --enrollment-group");
        }
        if (!Files.isReadable(ca)) {
            return Optional.of(
                    "CA certificate " + ca + " cannot be read; give --ca the file the cloud names when ready");
        }
        try {
            cloud = ClusterAddress.resolved(cloudHost);
            return Optional.empty();
        } catch (ClusterException unknown) {
            return Optional.of("--cloud-host: " + unknown.getMessage());
        }
    }

    /** What a coordinator tells is not said here too. */
    private int joined() throws InterruptedException {
        for (OptionSpec given : spec.commandLine().getParseResult().matchedOptions()) {
            if (given.group() == null && !WITH_JOIN.contains(given.longestName())) {
                return complain(given.longestName() + " and --join exclude each other: the coordinator says it");
            }
        }
        List<String> own = new ArrayList<>();
        if (processes != null) {
            own.add("--processes=" + processes);
        }
        if (!sourceAddresses.isEmpty()) {
            own.add("--source-addresses=" + String.join(",", sourceAddresses));
        }
        try {
            return new FleetMember(join, processes, own, spec.commandLine().getErr()).run(stopWithStdin);
        } catch (ClusterException failed) {
            return complain(failed.getMessage());
        }
    }

    private void requireCloud() {
        for (String option : List.of("--control", "--mqtt-port", "--ca")) {
            if (spec.findOption(option).getValue() == null) {
                throw new ParameterException(
                        spec.commandLine(), "Missing required option: '" + option + "', or --join a coordinator");
            }
        }
    }

    private int spread(Scenario scenario, int end, int count, FleetEnd over) throws InterruptedException {
        AtomicBoolean broken = new AtomicBoolean();
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try (FleetProcesses children = new FleetProcesses()) {
            List<FleetFront.Member> started = children.start(count, from, end, childArguments(scenario), () -> {
                if (over.over().getCount() > 0) {
                    broken.set(true);
                }
                over.over().countDown();
            });
            FleetFront front = new FleetFront(vertx, started);
            HttpServer server = front.listen(vertx, controlPort)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_DEADLINE_SECONDS, TimeUnit.SECONDS);
            announce(server.actualPort());
            if (autostart) {
                front.start().onFailure(failure -> complain("not all processes began: " + failure.getMessage()));
            }
            return watched(
                    front,
                    over,
                    () -> broken.get()
                            ? complain("a process of the fleet has ended, and with it its devices; its log is in "
                                    + children.logs())
                            : 0);
        } catch (IOException | ExecutionException | TimeoutException | ChildProcessException failed) {
            return complain("the fleet's processes could not be started: " + failed.getMessage());
        } finally {
            await(closed(vertx));
        }
    }

    /** All but its part of the devices. */
    private List<String> childArguments(Scenario scenario) {
        Path file = Path.of(scenarioFile);
        List<String> arguments = new ArrayList<>(List.of(
                "fleet",
                "--control=" + control,
                "--cloud-host=" + cloudHost,
                "--https-port=" + httpsPort,
                "--mqtt-port=" + mqttPort,
                "--ca=" + ca.toAbsolutePath(),
                "--scenario=" + (Files.exists(file) ? file.toAbsolutePath() : scenarioFile),
                "--devices=" + scenario.devices(),
                "--seed=" + scenario.seed(),
                "--suffix=" + suffix,
                "--ready-line",
                "--stop-with-stdin"));
        arguments.addAll(load.ofChild());
        if (application != null) {
            arguments.add("--application=" + application);
        } else {
            arguments.add("--provisioning-service=" + provisioningService);
            arguments.add("--enrollment-group=" + enrollmentGroup);
        }
        return arguments;
    }

    /** Looks on until the end; {@code ended} then says whether all was well. */
    private int watched(FleetFigures figures, FleetEnd over, IntSupplier ended) throws InterruptedException {
        FleetView view = readyLine ? null : new FleetView(System.out, onTerminal());
        try (FleetWatch watch = new FleetWatch(figures, view, load, Clock.systemUTC())) {
            watch.until(over.over());
            int code = ended.getAsInt();
            if (code == 0) {
                watch.finish();
            }
            return code;
        } catch (IOException failed) {
            return complain("what the fleet has recorded could not be written: " + failed.getMessage());
        }
    }

    /** SimulatorMain sets jdk.console=java.base, with which newer JDKs too give no console unless both ends are one. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        return System.console() != null;
    }

    private int run(Vertx vertx, Scenario scenario, int end, Duration lagLimit, FleetEnd over)
            throws InterruptedException {
        Clock clock = Clock.systemUTC();
        MetricsPage metrics = new MetricsPage(vertx);
        LoadRecorder recorder = new LoadRecorder(load.rows() ? new DeviceLog(from, end, clock) : null);
        FleetCounters counters =
                new FleetCounters(metrics.registry(), new LoadRun(recorder, end - from, lagLimit, clock));
        Promise<Void> go = Promise.promise();
        FleetHttp http = new FleetHttp(counters, metrics, end - from, scenario, go::tryComplete, clock);
        FactorySheet factory = new FactorySheet(vertx, control);
        Future<HttpServer> ready = (application == null
                        ? factory.ofGroup(provisioningService, enrollmentGroup)
                        : factory.ofApplication(application))
                .compose(sheet -> deploy(vertx, scenario, end, sheet, counters, go.future(), clock))
                .compose(deployed -> http.listen(vertx, controlPort)
                        .recover(failure -> Future.failedFuture(
                                new IOException("port " + controlPort + " cannot be used: " + failure.getMessage()
                                        + "; choose another with --control-port, or 0 for any"))));
        try {
            HttpServer server =
                    ready.toCompletionStage().toCompletableFuture().get(START_DEADLINE_SECONDS, TimeUnit.SECONDS);
            announce(server.actualPort());
        } catch (ExecutionException failed) {
            return complain(failed.getCause().getMessage());
        } catch (TimeoutException late) {
            return complain("the fleet was not ready in " + START_DEADLINE_SECONDS + " s; is the cloud running?");
        }
        if (autostart) {
            http.start();
        }
        return watched(http, over, () -> 0);
    }

    private Future<Void> deploy(
            Vertx vertx,
            Scenario scenario,
            int end,
            FactorySheet.Sheet sheet,
            FleetCounters counters,
            Future<Void> go,
            Clock clock) {
        MqttDial dial = new MqttDial(
                        vertx,
                        mqttPort,
                        ca.toAbsolutePath().toString(),
                        TlsEngine.fastest(),
                        counters.of(Engine.LEAN),
                        sourceAddresses.isEmpty()
                                ? SourceAddresses.to(
                                        cloud, ProcessHandle.current().pid())
                                : sourceAddresses)
                .to(cloud.getHostAddress());
        FleetSettings settings = FleetSettings.of(
                        sheet.idScope(), sheet.primaryKey(), scenario.seed(), scenario.telemetryInterval())
                .registeredOnce(application == null)
                .withTwins(scenario.twins())
                .pacing(scenario.shape().think(), scenario.shape().telemetryJitter());
        String host = sheet.provisioningHost() == null
                ? "global.azure-devices-provisioning." + suffix
                : sheet.provisioningHost();
        SdkEngine sdk;
        try {
            sdk = new SdkEngine(vertx, host, ConnectToSslContext.of(ca, new InetSocketAddress(cloud, mqttPort), null));
        } catch (GeneralSecurityException | IOException unreadable) {
            return Future.failedFuture(new IOException("CA certificate " + ca + " cannot be used: "
                    + unreadable.getMessage() + "; give --ca the PEM file the cloud names when ready"));
        }
        FleetShard.Https https = new FleetShard.Https(
                cloud.getHostAddress(), httpsPort, ca.toAbsolutePath().toString());
        int shards = Math.max(1, Runtime.getRuntime().availableProcessors());
        List<Future<String>> deployments = new ArrayList<>(shards);
        for (int number = 0; number < shards; number++) {
            FleetShard.Part part = new FleetShard.Part(scenario, number, shards, from, end, host, settings, https);
            deployments.add(vertx.deployVerticle(new FleetShard(part, dial, sdk, counters, go, clock)));
        }
        return Future.all(deployments).mapEmpty();
    }

    private Scenario scenario() throws ScenarioException {
        Scenario scenario = ScenarioLoader.load(scenarioFile);
        if (devices != null) {
            if (devices < 1) {
                throw new ScenarioException(scenarioFile, List.of("--devices " + devices + ": give 1 or more"));
            }
            scenario = scenario.withDevices(devices);
        }
        scenario = load.applied(scenario, scenarioFile);
        return seed == null ? scenario : scenario.withSeed(seed);
    }

    private void announce(int port) {
        PrintStream out = System.out;
        if (readyLine) {
            out.println(new JsonObject()
                    .put("ready", "fleet")
                    .put("pid", ProcessHandle.current().pid())
                    .put("controlPort", port)
                    .encode());
        } else {
            out.println("Fleet ready; status at http://127.0.0.1:" + port + "/fleet/status");
        }
        out.flush();
    }

    /** Devices first: closing Vert.x would take the pool that closes Microsoft's clients away from under them. */
    private static Future<Void> closed(Vertx vertx) {
        return Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList())
                .otherwiseEmpty()
                .compose(undeployed -> vertx.close())
                .otherwiseEmpty();
    }

    private static void await(Future<Void> future) throws InterruptedException {
        try {
            future.toCompletionStage()
                    .toCompletableFuture()
                    .get(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException ended) {
            // The process ends anyway; sockets close with it.
        }
    }

    private int complain(String message) {
        spec.commandLine().getErr().println(message);
        spec.commandLine().getErr().flush();
        return 1;
    }
}
