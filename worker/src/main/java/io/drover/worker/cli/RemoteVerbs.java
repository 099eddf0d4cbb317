package io.drover.worker.cli;

import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An operator's verbs on one migration, each one call. */
final class RemoteVerbs {
    private RemoteVerbs() {}

    /** One of them. */
    abstract static class Verb extends RemoteVerb {
        @Parameters(paramLabel = "MIGRATION", description = "Its name.")
        private String migration;

        @Option(names = "--reason", description = "Why; kept in the audit.")
        private String reason;

        /** What is sent beside the reason. */
        JsonObject body() throws IOException {
            return new JsonObject();
        }

        @Override
        final int run(RemoteWorker worker) throws IOException, InterruptedException {
            JsonObject body = body();
            if (reason != null) {
                body.put("reason", reason);
            }
            JsonObject answer = worker.post(path(migration) + "/" + verb(), body);
            ControlCommand.print(out(), output(), answer.getString("migration"), verb(), outcome(answer));
            return WorkerCommand.DONE;
        }
    }

    static Outcome outcome(JsonObject answer) {
        return new Outcome(answer.getBoolean("changed"), answer.getString("message"), answer.getString("auditHead"));
    }

    @Command(
            name = "approve",
            description = "Let a migration that awaits approval begin.",
            mixinStandardHelpOptions = true)
    static final class Approve extends Verb {}

    @Command(
            name = "pause",
            description = "Send no more commands; devices on their way are still followed.",
            mixinStandardHelpOptions = true)
    static final class Pause extends Verb {}

    @Command(name = "resume", description = "Go on after a pause.", mixinStandardHelpOptions = true)
    static final class Resume extends Verb {}

    @Command(
            name = "promote",
            description = "Let the next wave begin although the held one waits or missed its gate.",
            mixinStandardHelpOptions = true)
    static final class Promote extends Verb {}

    @Command(
            name = "abort",
            description = "Send nothing more, cancel what is not on its way, follow what is.",
            mixinStandardHelpOptions = true)
    static final class Abort extends Verb {}

    @Command(
            name = "retry",
            description = "Take failed or cancelled devices up again; without a filter all of them.",
            mixinStandardHelpOptions = true)
    static final class Retry extends Verb {
        @Option(names = "--failed-with", split = ",", description = "Only these reasons: ${COMPLETION-CANDIDATES}.")
        private Set<FailureReason> reasons = Set.of();

        @Option(names = "--wave", split = ",", description = "Only waves of these numbers.")
        private Set<Integer> waves = Set.of();

        @Option(names = "--device", split = ",", description = "Only these device ids.")
        private Set<String> devices = Set.of();

        @Option(names = "--devices-from", description = "Only the device ids in this file, one a line.")
        private Path file;

        @Override
        JsonObject body() throws IOException {
            return new JsonObject()
                    .put(
                            "reasons",
                            new JsonArray(reasons.stream().map(Enum::name).toList()))
                    .put("waves", new JsonArray(List.copyOf(waves)))
                    .put("devices", new JsonArray(List.copyOf(RetryCommand.ids(devices, file))));
        }
    }
}
