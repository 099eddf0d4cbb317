package io.drover.worker.cli;

import io.drover.worker.ConfigException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: one verb per command. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        version = "Drover worker 0.1.0",
        description = "Moves devices from Azure IoT Central to Azure IoT Hub and proves each arrival.",
        subcommands = {
            DiscoverCommand.class,
            PlanCommand.class,
            ApplyCommand.class,
            ServeCommand.class,
            WatchCommand.class,
            ApproveCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            PromoteCommand.class,
            AbortCommand.class,
            RetryCommand.class,
            FailbackCommand.class,
            CleanupCommand.class,
            ReportCommand.class,
            AuditCommand.class
        },
        footer = "%nWith --server URL the same verbs drive a worker that serves; see --server URL --help.%n",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:error", "2:done with failed devices", "3:paused", "4:aborted"})
public final class WorkerCommand {
    static final int DONE = 0;
    static final int ERROR = 1;
    static final int DONE_WITH_FAILURES = 2;
    static final int PAUSED = 3;
    static final int ABORTED = 4;

    /** Runs one command on standard output and error and gives its exit code. */
    public static int run(String... arguments) {
        return execute(line(arguments), arguments);
    }

    /** As {@link #run(String...)}, with other writers than the process's own. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return execute(line(arguments).setOut(out).setErr(err), arguments);
    }

    private static CommandLine line(String... arguments) {
        boolean remote =
                Arrays.stream(arguments).anyMatch(word -> word.equals("--server") || word.startsWith("--server="));
        return new CommandLine(remote ? new RemoteCommand() : new WorkerCommand());
    }

    private static int execute(CommandLine line, String... arguments) {
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(message(failure));
            command.getErr().flush();
            return ERROR;
        });
        line.setParameterExceptionHandler((mistake, args) -> {
            PrintWriter err = mistake.getCommandLine().getErr();
            List<String> unmatched = mistake.getCommandLine().getUnmatchedArguments();
            if (unmatched.isEmpty()) {
                err.println(mistake.getMessage());
            } else {
                // A misspelt option also makes a required one missing: the misspelling is the mistake.
                UnmatchedArgumentException wrong = new UnmatchedArgumentException(mistake.getCommandLine(), unmatched);
                err.println(wrong.getMessage());
                UnmatchedArgumentException.printSuggestions(wrong, err);
            }
            err.println("Try '" + mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            err.flush();
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
