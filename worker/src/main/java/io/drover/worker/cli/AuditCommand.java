package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.AuditChain;
import io.drover.worker.migration.AuditStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the audit, or proves that no record of it was changed, removed or put in. */
@Command(
        name = "audit",
        description = "List or verify the audit: who did what, when and why.",
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
    private enum Action {
        list,
        verify
    }

    @Mixin
    private CommonOptions options;

    @Parameters(index = "0", defaultValue = "list", description = "list or verify. Default: list.")
    private Action action;

    @Option(names = "--head", description = "A hash that an earlier verb printed; the chain must pass through it.")
    private String head;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = ReportCommand.open(process);
            AuditChain chain = new AuditChain(head);
            WorkerProcess.await(ledger.audit().eachPage(page -> {
                page.forEach(chain::add);
                if (action == Action.list) {
                    print(out, page);
                }
                return Future.succeededFuture();
            }));
            if (action == Action.verify) {
                out.println(chain.verdict());
            }
            out.flush();
            return action == Action.list || chain.holds() ? WorkerCommand.DONE : WorkerCommand.ERROR;
        }
    }

    private void print(PrintWriter out, List<AuditStore.Entry> page) {
        for (AuditStore.Entry entry : page) {
            print(
                    out,
                    options.output,
                    new JsonObject()
                            .put("sequence", entry.sequence())
                            .put("at", entry.at().toString())
                            .put("actor", entry.actor())
                            .put("verb", entry.verb())
                            .put("migration", entry.migration())
                            .put("detail", entry.detail())
                            .put("hash", entry.hash()));
        }
    }

    /** One record. */
    static void print(PrintWriter out, Output output, JsonObject entry) {
        if (output == Output.json) {
            out.println(entry.encode());
        } else {
            String detail = entry.getString("detail");
            out.printf(
                    "%s  %-10s %-14s %s%s%n",
                    entry.getString("at"),
                    entry.getString("actor"),
                    entry.getString("verb"),
                    entry.getString("migration"),
                    detail == null ? "" : ": " + detail);
        }
    }
}
