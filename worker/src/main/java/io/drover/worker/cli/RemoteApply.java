package io.drover.worker.cli;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the worker carry a migration out, and watches it; leaving ends nothing. */
@Command(
        name = "apply",
        description = "Have the worker carry the migration out, and watch it. Leaving ends nothing.",
        mixinStandardHelpOptions = true)
final class RemoteApply extends RemoteVerb {
    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Option(
            names = "--definition",
            paramLabel = "FILE",
            description =
                    "Keep this as the migration's definition first: the configuration's section migration, YAML or JSON.")
    private Path definition;

    @Option(
            names = "--plan",
            paramLabel = "ID",
            description = "Begin only as this plan of the worker says; refuse when the world has changed since.")
    private String plan;

    @Option(
            names = "--start-at",
            paramLabel = "TIME",
            description = "Not before this time, such as 2026-12-01T22:00:00+01:00.")
    private String startAt;

    @Option(names = "--reason", description = "Why; kept in the audit.")
    private String reason;

    @Option(names = "--detach", description = "Do not watch.")
    private boolean detach;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the migration is paused and no device is on its way.")
    private boolean exitOnPause;

    @Override
    int run(RemoteWorker worker) throws Exception {
        if (definition != null) {
            RemoteDefinition.keep(worker, migration, definition);
        }
        JsonObject body = new JsonObject();
        if (plan != null) {
            body.put("plan", plan);
        }
        if (startAt != null) {
            body.put("startAt", startAt);
        }
        if (reason != null) {
            body.put("reason", reason);
        }
        JsonObject answer = worker.post(path(migration) + "/apply", body);
        ControlCommand.print(out(), output(), migration, "apply", RemoteVerbs.outcome(answer));
        return detach ? WorkerCommand.DONE : RemoteWatch.untilDone(worker, migration, exitOnPause, this);
    }
}
