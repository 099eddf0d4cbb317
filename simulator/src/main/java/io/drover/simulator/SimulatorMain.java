package io.drover.simulator;

import io.drover.simulator.bench.BenchCommand;
import io.drover.simulator.cloud.CloudCommand;
import io.drover.simulator.cloud.gateway.GatewayCommand;
import io.drover.simulator.cluster.coordinator.CoordinatorCommand;
import io.drover.simulator.fleet.FleetCommand;
import io.drover.simulator.fleet.ScenarioException;
import io.drover.simulator.process.ChildProcessException;
import io.drover.simulator.rehearsal.RehearsalException;
import io.drover.simulator.rehearsal.RehearseCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Entry point of {@code simulator.jar}. */
@Command(
        name = "simulator",
        description = "An emulated Azure IoT cloud, a fleet of virtual devices, and rehearsals of a migration.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class SimulatorMain {
    private SimulatorMain() {}

    public static void main(String[] arguments) {
        System.setProperty("jdk.console", "java.base");
        CommandLine commandLine = new CommandLine(new SimulatorMain());
        subcommands().forEach(commandLine::addSubcommand);
        CommandLine.IExecutionExceptionHandler unexpected = commandLine.getExecutionExceptionHandler();
        commandLine.setExecutionExceptionHandler((failure, command, result) -> {
            if (failure instanceof RehearsalException
                    || failure instanceof ScenarioException
                    || failure instanceof ChildProcessException) {
                command.getErr().println(failure.getMessage());
                return command.getCommandSpec().exitCodeOnExecutionException();
            }
            return unexpected.handleExecutionException(failure, command, result);
        });
        commandLine.setParameterExceptionHandler((mistake, given) -> {
            PrintWriter err = mistake.getCommandLine().getErr();
            CommandSpec command = mistake.getCommandLine().getCommandSpec();
            err.println(mistake.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err);
            err.println("Try '" + command.qualifiedName() + " --help'.");
            err.flush();
            return command.exitCodeOnInvalidInput();
        });
        System.exit(commandLine.execute(arguments));
    }

    private static List<Object> subcommands() {
        return List.of(
                new CloudCommand(),
                new GatewayCommand(),
                new FleetCommand(),
                new CoordinatorCommand(),
                new RehearseCommand(),
                new BenchCommand());
    }
}
