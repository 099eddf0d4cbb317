package io.drover.simulator.rehearsal;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioException;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.sdk.SdkCapacity;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code simulator.jar rehearse}: exit code 0 only when the worker's ledger equals the ground truth and, where asked for, the
 * limits were used as demanded.
 */
@Command(
        name = "rehearse",
        mixinStandardHelpOptions = true,
        description = "Moves a virtual fleet from an emulated IoT Central or IoT Hub to another with the real worker, "
                + "and holds the worker's ledger against what really happened.")
public final class RehearseCommand implements Callable<Integer> {
    private static final int DIFFERS = 3;
    private static final int MISSED = 4;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--scenario",
            defaultValue = "default",
            description =
                    "Scenario file, or the name of a packaged one (default, mixed, faults, jobs, sdk, waves, twins,"
                            + " credentials, defects, or a kind of credential such as tpm).")
    private String scenario;

    @Option(
            names = "--direction",
            defaultValue = "central-to-hub",
            description = "central-to-hub, hub-to-hub through another DPS, central-to-central or hub-to-central"
                    + " (${DEFAULT-VALUE}).")
    private String direction;

    @Option(names = "--devices", description = "Number of devices; the scenario's own number when left out.")
    private Integer devices;

    @Option(names = "--seed", description = "Seed of every random choice; the scenario's own when left out.")
    private Long seed;

    @Option(names = "--worker-jar", description = "The worker to rehearse; found beside the simulator when left out.")
    private Path workerJar;

    @Option(
            names = "--work-dir",
            description = "Folder for logs, ledger and report; a new temporary one when left out.")
    private Path workDir;

    @Option(
            names = "--kill-worker-at",
            split = ",",
            description =
                    "Kill the worker (SIGKILL) and start it again at these shares of migrated devices, e.g. 0.3,0.6.")
    private List<Double> killWorkerAt = List.of();

    @Option(
            names = "--random-kills",
            description =
                    "Kill a worker (SIGKILL) so often, at random moments of the seed, and start it again each time.")
    private int randomKills;

    @Option(names = "--no-restart", description = "Leave a killed worker dead while others live.")
    private boolean noRestart;

    @Option(
            names = "--workers",
            defaultValue = "1",
            description = "Workers at once on one ledger; more than one need a PostgreSQL ledger (${DEFAULT-VALUE}).")
    private int workers;

    @Option(
            names = "--ledger-url",
            description = "jdbc:postgresql://host:port/database of an empty database; its password comes from"
                    + " DROVER_LEDGER_PASSWORD. A file in the work folder when left out.")
    private String ledgerUrl;

    @Option(names = "--ledger-user", defaultValue = "drover", description = "User of that database (${DEFAULT-VALUE}).")
    private String ledgerUser;

    @Option(
            names = "--time-compression",
            description =
                    "How many times faster than Azure quotas and waits run, 1 to 100; the scenario's when left out.")
    private Integer timeCompression;

    @Option(
            names = "--webhook",
            description =
                    "Export connectivity changes to the worker's webhook, so that devices which come back late are"
                            + " commanded at once and not at their next probe. With one worker only.")
    private boolean webhook;

    @Option(
            names = "--demand-limit-use",
            description = "Exit with 4 when less than so many percent of the binding limit were used.")
    private double demandedLimitUse;

    @Option(
            names = "--demand-throttled",
            defaultValue = "100",
            description = "Exit with 4 when more than so many percent of the calls were throttled.")
    private double demandedThrottled;

    @Option(
            names = "--demand-twins",
            description =
                    "Exit with 3 when a moved device lacks at the target what it owns at the source; for scenarios"
                            + " with twins.")
    private boolean demandedTwins;

    @Option(
            names = "--demand-estimate",
            description =
                    "Plan first, and exit with 4 when the plan's time from the first command to the last arrival is"
                            + " off by more than so many percent.")
    private Double demandedEstimate;

    @Option(
            names = "--there-and-back",
            description =
                    "Return all devices that moved, and hold the return's ledger against what really happened too;"
                            + " kills happen on either way.")
    private boolean thereAndBack;

    @Option(
            names = "--cleanup",
            description =
                    "Have the worker delete at the source what has moved and was not returned, and hold what is gone"
                            + " there against the ledger.")
    private boolean cleanup;

    @Option(
            names = "--timeout",
            defaultValue = "1800",
            description = "Longest duration of each phase in seconds (${DEFAULT-VALUE}).")
    private long timeoutSeconds;

    @Override
    public Integer call() throws IOException, ScenarioException {
        checkWorkers();
        Scenario loaded = compressed(ScenarioLoader.load(scenario));
        checkEngines(loaded.withDevices(devices == null ? loaded.devices() : devices)
                .withSeed(seed == null ? loaded.seed() : seed));
        Path folder = workDir == null
                ? Files.createTempDirectory("drover-rehearsal-")
                : Files.createDirectories(workDir.toAbsolutePath());
        boolean terminal = onTerminal();
        RehearsalOptions options = new RehearsalOptions(
                chosen(),
                folder,
                workerJar(),
                simulatorJar(),
                scenario,
                devices == null ? loaded.devices() : devices,
                seed == null ? loaded.seed() : seed,
                killWorkerAt.stream().sorted().toList(),
                randomKills,
                !noRestart,
                workers,
                ledgerUrl,
                ledgerUser,
                Duration.ofSeconds(timeoutSeconds),
                webhook,
                demandedEstimate != null,
                thereAndBack,
                cleanup,
                terminal);
        ProgressView view = new ProgressView(System.out, terminal);
        Scenario chosen = loaded.withDevices(options.devices()).withSeed(options.seed());
        RehearsalResult result = new Rehearsal(options, chosen, view, Clock.systemUTC()).run();
        RehearsalReport report = new RehearsalReport(result);
        view.step(report.text());
        view.step("Report " + report.writeJson(folder) + "; logs and ledger beside it.");
        return judge(result, view);
    }

    /** The exit code. */
    private int judge(RehearsalResult result, ProgressView view) {
        boolean twinsDiffer = demandedTwins
                && !result.reconciliation().twins().map(TwinComparison::holds).orElse(false);
        boolean returnDiffers = result.back()
                .filter(back -> !back.holds()
                        || (demandedTwins
                                && !back.twins().map(TwinComparison::holds).orElse(false)))
                .isPresent();
        if (!result.reconciliation().holds() || twinsDiffer || returnDiffers) {
            return DIFFERS;
        }
        if (demandedEstimate != null
                && result.estimate().stream()
                        .anyMatch(estimate -> Math.abs(estimate.percentOff()) > demandedEstimate)) {
            view.step(String.format(Locale.ROOT, "Demanded was an estimate within %s %%: missed.", demandedEstimate));
            return MISSED;
        }
        LimitUse use = result.limits();
        if (use.percentOfLimit() < demandedLimitUse || use.percentThrottled() > demandedThrottled) {
            view.step(String.format(
                    Locale.ROOT,
                    "Demanded were at least %s %% of the limit and at most %s %% throttled calls: missed.",
                    demandedLimitUse,
                    demandedThrottled));
            return MISSED;
        }
        return 0;
    }

    /** The fleet would say the same, but only after the cloud has made all its devices. */
    private static void checkEngines(Scenario chosen) {
        SdkCapacity.ofThisMachine()
                .refusal(chosen.count(Engine.AZURE_SDK, 0, chosen.devices()))
                .ifPresent(refusal -> {
                    throw new RehearsalException(refusal);
                });
    }

    private Scenario compressed(Scenario loaded) {
        if (timeCompression == null) {
            return loaded;
        }
        if (timeCompression < 1 || timeCompression > 100) {
            throw new ParameterException(
                    spec.commandLine(), "--time-compression must be 1 to 100, not " + timeCompression + ".");
        }
        return loaded.withTimeCompression(timeCompression);
    }

    private Direction chosen() {
        try {
            return Direction.named(direction);
        } catch (IllegalArgumentException unknown) {
            throw new ParameterException(spec.commandLine(), "--direction: " + unknown.getMessage() + ".", unknown);
        }
    }

    private void checkWorkers() {
        if (workers < 1 || workers > 8) {
            throw new ParameterException(spec.commandLine(), "--workers must be 1 to 8, not " + workers + ".");
        }
        if (webhook && workers > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--webhook takes one worker: several on one machine would share its port.");
        }
        if (workers > 1 && ledgerUrl == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--workers " + workers + " need a ledger they can share: name a PostgreSQL with --ledger-url.");
        }
        if (ledgerUrl != null && System.getenv(WorkerConfiguration.LEDGER_PASSWORD_VARIABLE) == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--ledger-url needs the database user's password in the environment variable "
                            + WorkerConfiguration.LEDGER_PASSWORD_VARIABLE + ".");
        }
    }

    /** SimulatorMain sets jdk.console=java.base, with which newer JDKs too give no console unless both ends are one. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        return System.console() != null;
    }

    private static Path simulatorJar() {
        try {
            Path code = Path.of(RehearseCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isDirectory(code) ? code.resolveSibling("simulator.jar") : code;
        } catch (URISyntaxException e) {
            throw new RehearsalException("The simulator's own jar has an unreadable location: " + e.getMessage(), e);
        }
    }

    private Path workerJar() {
        Path own = simulatorJar();
        Path folder = own.toAbsolutePath().getParent();
        Stream<Path> candidates = workerJar == null
                ? Stream.of(folder.resolve("worker.jar"), folder.resolve("../../worker/target/worker.jar"))
                : Stream.of(workerJar.toAbsolutePath());
        return candidates
                .map(Path::normalize)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(
                        () -> new ParameterException(
                                spec.commandLine(),
                                "No worker.jar found. Build it with 'mvn -q package -DskipTests', or name it with --worker-jar."));
    }
}
