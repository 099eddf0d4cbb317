package io.drover.worker.cli;

import io.drover.worker.ConfigException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: one verb per command. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        version = "Drover worker 0.1.0",
        description = "Moves devices from Azure IoT Central to Azure IoT Hub and proves each arrival.",
        subcommands = {
            PlanCommand.class,
            ApplyCommand.class,
            WatchCommand.class,
            ApproveCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            PromoteCommand.class,
            AbortCommand.class,
            RetryCommand.class,
            ReportCommand.class,
            AuditCommand.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:error", "2:done with failed devices", "3:paused", "4:aborted"})
public final class WorkerCommand {
    static final int DONE = 0;
    static final int ERROR = 1;
    static final int DONE_WITH_FAILURES = 2;
    static final int PAUSED = 3;
    static final int ABORTED = 4;

    /** Runs one command and gives its exit code. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new WorkerCommand());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(message(failure));
            command.getErr().flush();
            return ERROR;
        });
        line.setParameterExceptionHandler((mistake, args) -> {
            mistake.getCommandLine().getErr().println(mistake.getMessage());
            mistake.getCommandLine()
                    .getErr()
                    .println("Try '" + mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            return ERROR;
        });
        return line.execute(arguments);
    }

    private static String message(Throwable failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean forPeople = cause instanceof ConfigException || cause.getMessage() != null;
        return forPeople ? cause.getMessage() : cause.toString();
    }
}
