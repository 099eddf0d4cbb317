package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the progress of a migration that another process applies; may come and go at any time. */
@Command(name = "watch", description = "Show progress until the migration is done.", mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the migration is paused and no device is on its way.")
    private boolean exitOnPause;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = ReportCommand.open(process);
            Migration migration = ReportCommand.migration(process, ledger);
            ProgressWatch watch = new ProgressWatch(
                    process.vertx,
                    ledger,
                    migration,
                    new ProgressView(out, options.output, WorkerProcess.onTerminal()),
                    process.meters,
                    Clock.systemUTC());
            return WorkerProcess.await(watch.untilDone(exitOnPause));
        }
    }
}
