package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.report.HtmlReport;
import io.drover.worker.report.JsonReport;
import io.drover.worker.report.OwnedReport;
import io.drover.worker.report.ReportReader;
import io.drover.worker.report.TextReport;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes what the ledger holds: a summary, with csv one line per device, with html a page with charts. */
@Command(name = "report", description = "Report on a migration from its ledger.", mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = open(process);
            Migration migration = migration(process, ledger);
            ReportReader reader = new ReportReader(ledger, Clock.systemUTC());
            switch (options.output) {
                case csv -> csv(out, ledger, migration);
                case json -> out.println(JsonReport.of(WorkerProcess.await(reader.read(migration))));
                case html -> new HtmlReport(out).write(WorkerProcess.await(reader.read(migration)));
                case table -> {
                    TextReport.summary(
                            out,
                            migration,
                            WorkerProcess.await(ledger.devices().counts(migration.id())),
                            WorkerProcess.await(ledger.devices().reads().returned(migration.id())),
                            WorkerProcess.await(reader.sides(migration.id())));
                    WorkerProcess.await(OwnedReport.read(ledger.owned(), migration.id()))
                            .text(out);
                }
            }
            out.flush();
            return WorkerCommand.DONE;
        }
    }

    private static void csv(PrintWriter out, Ledger ledger, Migration migration) throws Exception {
        TextReport.csvHeader(out);
        WorkerProcess.await(ledger.devices().reads().eachPage(migration.id(), page -> {
            TextReport.csv(out, page);
            return Future.succeededFuture();
        }));
    }

    static Ledger open(WorkerProcess process) throws Exception {
        return WorkerProcess.await(Ledger.openBeside(
                process.vertx, process.config.ledger(), process.config.policy(), process.meters, Clock.systemUTC()));
    }

    static Migration migration(WorkerProcess process, Ledger ledger) throws Exception {
        String name = process.config.migration().name();
        return WorkerProcess.await(ledger.migrations().find(name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "The ledger " + process.config.ledger().url() + " holds no migration '" + name
                                + "'. Correct migration.name or ledger.url."));
    }
}
