package io.drover.simulator.bench;

import io.drover.simulator.rehearsal.ConsoleBenchCommand;
import io.drover.simulator.rehearsal.FleetBenchCommand;
import io.drover.simulator.rehearsal.MoveBenchCommand;
import io.drover.simulator.rehearsal.PlanBenchCommand;
import io.drover.simulator.rehearsal.SoakBenchCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulator.jar bench}: measures what this machine can do; nobody needs it for a rehearsal. */
@Command(
        name = "bench",
        hidden = true,
        description = "Measures on this machine what decisions about the simulator rest on.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TlsBenchCommand.class,
            ConnectBenchCommand.class,
            ConnectHoldCommand.class,
            BareServerCommand.class,
            EstateBenchCommand.class,
            FleetBenchCommand.class,
            SoakBenchCommand.class,
            MoveBenchCommand.class,
            PlanBenchCommand.class,
            ConsoleBenchCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say what to measure: " + spec.subcommands().keySet());
    }
}
