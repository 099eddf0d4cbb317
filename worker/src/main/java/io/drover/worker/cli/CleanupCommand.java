package io.drover.worker.cli;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.cleanup.CleanupVerdict;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.Migration;
import io.drover.worker.operation.CleanupRun;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Deletes at the source what has moved for good; run again after a stop it goes on. */
@Command(
        name = "cleanup",
        description = "Delete moved devices at the source, each only when proven at the target once more.",
        mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--after",
            required = true,
            description = "Only devices that arrived longer ago than this, such as 7d or 12h.")
    private String after;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The migration's name, to say that you mean it.")
    private String confirm;

    @Option(names = "--dry-run", description = "Say what would be deleted, and why not; delete nothing.")
    private boolean dryRun;

    @Option(
            names = "--actor",
            description = "Who, for the audit. Default: the operating system's user.",
            defaultValue = "${sys:user.name}")
    private String actor;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        CleanupRun.Request request = new CleanupRun.Request(after, dryRun, confirm, actor);
        request.age();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = WorkerProcess.await(Ledger.open(
                    process.vertx, process.config.ledger(), process.config.policy(), process.meters, clock));
            Migration migration = ReportCommand.migration(process, ledger);
            request.check(migration);
            AzureClients azure = new AzureClients(process.vertx, process.config, process.meters, clock);
            PrintWriter out = spec.commandLine().getOut();
            Map<CleanupVerdict, Long> counts = WorkerProcess.await(new CleanupRun(azure, process.config, ledger, clock)
                    .run(migration, request, (row, verdict) -> line(out, row, verdict)));
            summary(out, counts);
            return WorkerCommand.DONE;
        }
    }

    /** Those that are deleted as well, as the list is what an operator keeps. */
    private void line(PrintWriter out, DeviceRow row, CleanupVerdict verdict) {
        if (options.output == Output.csv) {
            out.print(row.deviceId() + "," + verdict + "\r\n");
        } else {
            out.println(row.deviceId() + "  " + verdict + "  " + verdict.text() + ". " + verdict.nextAction());
        }
        out.flush();
    }

    private void summary(PrintWriter out, Map<CleanupVerdict, Long> counts) {
        if (options.output == Output.csv) {
            return;
        }
        counts.forEach((verdict, count) -> out.println("  " + verdict + " " + count));
        out.println(
                dryRun
                        ? "Nothing was deleted (--dry-run)."
                        : "Deleted at the source: " + counts.getOrDefault(CleanupVerdict.PROVEN, 0L));
        out.flush();
    }
}
