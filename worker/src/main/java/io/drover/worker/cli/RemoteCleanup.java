package io.drover.worker.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the worker delete at the source what has moved for good. */
@Command(
        name = "cleanup",
        description =
                "Have the worker delete moved devices at the source, each only when proven at the target once more.",
        mixinStandardHelpOptions = true)
final class RemoteCleanup extends RemoteVerb {
    private static final Duration LOOK = Duration.ofMillis(500);

    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Option(
            names = "--after",
            required = true,
            description = "Only devices that arrived longer ago than this, such as 7d or 12h.")
    private String after;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The migration's name, to say that you mean it.")
    private String confirm;

    @Option(names = "--dry-run", description = "Say what would be deleted, and why not; delete nothing.")
    private boolean dryRun;

    @Override
    int run(RemoteWorker worker) throws Exception {
        if (!dryRun && !migration.equals(confirm)) {
            throw new IllegalArgumentException("cleanup deletes devices for good. Look with --dry-run first, then write"
                    + " --confirm " + migration + ".");
        }
        JsonObject body = new JsonObject().put("after", after);
        if (!dryRun) {
            body.put("confirm", confirm);
        }
        String path = path(migration) + "/cleanup";
        JsonObject cleanup = worker.post(path, body);
        while (cleanup.getString("status").equals("running")) {
            worker.rest(LOOK);
            cleanup = worker.get(path);
        }
        if (cleanup.getString("status").equals("failed")) {
            throw new IllegalStateException(cleanup.getJsonObject("failure").getString("detail"));
        }
        if (output() == Output.json) {
            out().println(cleanup.encode());
            return WorkerCommand.DONE;
        }
        long deleted = 0;
        for (Object each : cleanup.getJsonArray("verdicts", new JsonArray())) {
            JsonObject verdict = (JsonObject) each;
            out().println("  " + verdict.getString("verdict") + " " + verdict.getLong("count") + "  "
                    + verdict.getString("text") + ". " + verdict.getString("nextAction"));
            deleted += verdict.getString("verdict").equals("PROVEN") ? verdict.getLong("count") : 0;
        }
        out().println(dryRun ? "Nothing was deleted (--dry-run)." : "Deleted at the source: " + deleted);
        return WorkerCommand.DONE;
    }
}
