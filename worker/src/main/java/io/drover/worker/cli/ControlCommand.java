package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** An operator's verb on the ledger; a running worker sees it within a second. Says what changed, or that nothing did. */
abstract class ControlCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Option(names = "--reason", description = "Why; kept in the audit.")
    private String reason;

    @Option(
            names = "--actor",
            description = "Who, for the audit. Default: the operating system's user.",
            defaultValue = "${sys:user.name}")
    private String actor;

    @Spec
    private CommandSpec spec;

    /** Carries the verb out. */
    abstract Future<Outcome> act(MigrationControl control, Migration migration, By by) throws Exception;

    @Override
    public final Integer call() throws Exception {
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = ReportCommand.open(process);
            Migration migration = ReportCommand.migration(process, ledger);
            Outcome outcome = WorkerProcess.await(act(ledger.control(), migration, new By(actor, reason)));
            print(spec.commandLine().getOut(), options.output, migration.name(), spec.name(), outcome);
            return WorkerCommand.DONE;
        }
    }

    /** What a verb did, as every verb says it. */
    static void print(PrintWriter out, Output output, String migration, String verb, Outcome outcome) {
        if (output == Output.json) {
            out.println(new JsonObject()
                    .put("migration", migration)
                    .put("verb", verb)
                    .put("changed", outcome.changed())
                    .put("message", outcome.message())
                    .put("auditHead", outcome.head())
                    .encode());
        } else {
            out.println(migration + ": " + outcome.message());
            if (outcome.head() != null) {
                out.println("audit head " + outcome.head());
            }
        }
        out.flush();
    }
}
