package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.ProgramVersion;
import io.drover.simulator.cluster.ClusterAddress;
import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.cluster.ClusterNode;
import io.drover.simulator.cluster.ClusterSecret;
import io.drover.simulator.fleet.LoadOptions;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioException;
import io.drover.simulator.fleet.ScenarioLoader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulator.jar coordinator}: leads a fleet whose members, {@code fleet --join}, are on this and other machines. */
@Command(
        name = "coordinator",
        mixinStandardHelpOptions = true,
        description =
                "Leads a fleet of several members, also on other machines: gives each its part of the devices, begins"
                        + " everywhere at once, and makes one report of theirs. Exit code 0 only when no member was lost.")
public final class CoordinatorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CloudPlace place;

    @Option(
            names = "--members",
            required = true,
            paramLabel = "N|NAME,…",
            description = "How many members to wait for, or their names")
    private String members;

    @Option(
            names = "--scenario",
            defaultValue = "default",
            description = "Scenario file, or the name of a packaged one; members are sent its text")
    private String scenarioFile;

    @Option(names = "--devices", description = "Number of devices of all members instead of the scenario's")
    private Integer devices;

    @Option(names = "--seed", description = "Seed instead of the scenario's")
    private Long seed;

    @Mixin
    private LoadOptions load;

    @Option(
            names = "--cluster-host",
            defaultValue = ClusterAddress.LOOPBACK,
            paramLabel = "ADDRESS",
            description = "Address of this machine that members join at (default: ${DEFAULT-VALUE}, for members here)")
    private String clusterHost;

    @Option(
            names = "--cluster-port",
            defaultValue = "5701",
            paramLabel = "PORT",
            description = "Port that members join at; the next one is taken too; 0 for any (default: ${DEFAULT-VALUE})")
    private int clusterPort;

    @Option(
            names = "--secret-env",
            defaultValue = ClusterSecret.VARIABLE,
            paramLabel = "NAME",
            description = "Environment variable with the fleet's secret (default: ${DEFAULT-VALUE})")
    private String secretVariable;

    @Option(
            names = "--join-within",
            defaultValue = "120",
            paramLabel = "SECONDS",
            description = "How long to wait for the members (default: ${DEFAULT-VALUE})")
    private int joinWithin;

    @Option(names = "--control-port", defaultValue = "0", description = "Port of the coordinator's HTTP, 0 for any")
    private int controlPort;

    @Option(names = "--autostart", description = "Begin as soon as all are ready instead of on POST /fleet/start")
    private boolean autostart;

    @Option(
            names = "--run-seconds",
            paramLabel = "N",
            description = "End so long after the beginning (default: on Ctrl-C or POST /fleet/stop)")
    private Long runSeconds;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the combined report to this file, JSON")
    private Path report;

    @Option(
            names = "--ready-line",
            description = "Print a line of JSON when members can join, and one when all are ready")
    private boolean readyLine;

    @Option(names = "--stop-with-stdin", description = "End when standard input ends")
    private boolean stopWithStdin;

    @Override
    public Integer call() throws InterruptedException {
        try {
            Expected expected = Expected.parse(members);
            Plan plan = plan();
            ClusterSecret secret = secret();
            if (report != null && !Files.isDirectory(report.toAbsolutePath().getParent())) {
                throw new ClusterException("--report " + report + " cannot be written; check that its folder exists");
            }
            try (ClusterNode node = ClusterNode.form(clusterHost, clusterPort)) {
                Admission admission = new Admission(expected, secret, node.id(), ProgramVersion.text());
                CoordinatorRun run = new CoordinatorRun(node, admission, plan, terms(), output());
                return run.toItsEnd();
            }
        } catch (ClusterException | ScenarioException wrong) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(wrong.getMessage());
            err.flush();
            return 1;
        }
    }

    private CoordinatorRun.Terms terms() {
        return new CoordinatorRun.Terms(controlPort, joinWithin, autostart, runSeconds, load, report, stopWithStdin);
    }

    private CoordinatorOutput output() {
        return new CoordinatorOutput(
                spec.commandLine().getOut(), spec.commandLine().getErr(), readyLine);
    }

    private Plan plan() throws ScenarioException, ClusterException {
        String text = ScenarioLoader.text(scenarioFile);
        Scenario scenario = ScenarioLoader.parse(scenarioFile, text);
        if (devices != null) {
            if (devices < 1) {
                throw new ScenarioException(scenarioFile, List.of("--devices " + devices + ": give 1 or more"));
            }
            scenario = scenario.withDevices(devices);
        }
        scenario = load.applied(scenario, scenarioFile);
        load.limit();
        if (seed != null) {
            scenario = scenario.withSeed(seed);
        }
        return new Plan(scenario, text, load.ofChild(), place.authority(), place.cloud(), place.source());
    }

    private ClusterSecret secret() throws ClusterException {
        ClusterSecret secret = ClusterSecret.of(System.getenv(), secretVariable);
        if (!secret.isGiven() && !ClusterAddress.isLoopback(clusterHost)) {
            throw new ClusterException(
                    "--cluster-host " + clusterHost + " is open to other machines: put a secret into " + secretVariable
                            + " here and where members are started (--secret-env names another variable)");
        }
        return secret;
    }
}
