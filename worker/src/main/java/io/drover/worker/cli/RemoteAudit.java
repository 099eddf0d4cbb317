package io.drover.worker.cli;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the worker's audit, or has it proven. */
@Command(
        name = "audit",
        description = "List or verify the audit: who did what, when and why.",
        mixinStandardHelpOptions = true)
final class RemoteAudit extends RemoteVerb {
    private enum Action {
        list,
        verify
    }

    @Parameters(index = "0", defaultValue = "list", description = "list or verify. Default: list.")
    private Action action;

    @Option(names = "--head", description = "A hash that an earlier verb printed; the chain must pass through it.")
    private String head;

    @Override
    int run(RemoteWorker worker) throws Exception {
        if (action == Action.verify) {
            JsonObject verdict =
                    worker.get("/audit/verification" + (head == null ? "" : "?head=" + RemoteWorker.segment(head)));
            out().println(verdict.getString("verdict"));
            return verdict.getBoolean("holds") ? WorkerCommand.DONE : WorkerCommand.ERROR;
        }
        // The API gives the newest first.
        Deque<JsonObject> entries = new ArrayDeque<>();
        String cursor = "";
        while (cursor != null) {
            JsonObject page = worker.get(
                    "/audit?limit=500" + (cursor.isEmpty() ? "" : "&cursor=" + RemoteWorker.segment(cursor)));
            page.getJsonArray("items").forEach(entry -> entries.push((JsonObject) entry));
            cursor = page.getString("next");
        }
        entries.forEach(entry -> AuditCommand.print(out(), output(), entry));
        return WorkerCommand.DONE;
    }
}
