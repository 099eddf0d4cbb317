package io.drover.worker.cli;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.progress.Progress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the progress of a migration by the worker's event stream, which is taken up again when it breaks. */
@Command(name = "watch", description = "Show progress until the migration is done.", mixinStandardHelpOptions = true)
final class RemoteWatch extends RemoteVerb {
    private static final Duration LONGEST_ABSENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int GOES_ON = -1;

    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the migration is paused and no device is on its way.")
    private boolean exitOnPause;

    @Override
    int run(RemoteWorker worker) throws Exception {
        return untilDone(worker, migration, exitOnPause, this);
    }

    /** Follows a migration to its end; gives the exit code of a local watch. */
    static int untilDone(RemoteWorker worker, String migration, boolean orPaused, RemoteVerb verb) throws Exception {
        ProgressView view = new ProgressView(verb.out(), verb.output(), WorkerProcess.onTerminal());
        String[] trouble = {null};
        long lost = System.nanoTime();
        boolean heard = false;
        String lastEventId = null;
        while (true) {
            try (Stream<String> lines = worker.events(path(migration) + "/events", lastEventId)) {
                Iterator<String> each = lines.iterator();
                String event = "";
                while (each.hasNext()) {
                    String line = each.next();
                    lost = System.nanoTime();
                    heard = true;
                    if (line.startsWith("event: ")) {
                        event = line.substring("event: ".length());
                    } else if (line.startsWith("id: ")) {
                        lastEventId = line.substring("id: ".length());
                    } else if (line.startsWith("data: ") && event.equals("migration")) {
                        int code =
                                show(new JsonObject(line.substring("data: ".length())), view, orPaused, verb, trouble);
                        if (code != GOES_ON) {
                            return code;
                        }
                    }
                }
            } catch (IOException | UncheckedIOException broken) {
                if (!heard || System.nanoTime() - lost > LONGEST_ABSENCE.toNanos()) {
                    throw broken instanceof IOException away ? away : ((UncheckedIOException) broken).getCause();
                }
            }
            worker.rest(PAUSE);
        }
    }

    private static int show(JsonObject json, ProgressView view, boolean orPaused, RemoteVerb verb, String[] trouble) {
        String said = json.getString("trouble");
        if (said != null && !said.equals(trouble[0])) {
            trouble[0] = said;
            verb.out().println(json.getString("name") + " cannot go on: " + said);
            verb.out().flush();
        }
        if (json.getString("state").equals("DRAFT")) {
            return GOES_ON;
        }
        Progress progress = progress(json);
        view.show(progress);
        return switch (progress.state()) {
            case FINISHED ->
                progress.counts().get(DeviceState.FAILED) > 0 ? WorkerCommand.DONE_WITH_FAILURES : WorkerCommand.DONE;
            case ABORTED -> WorkerCommand.ABORTED;
            case PAUSED -> orPaused && progress.inFlight() == 0 ? WorkerCommand.PAUSED : GOES_ON;
            default -> GOES_ON;
        };
    }

    private static Progress progress(JsonObject json) {
        Map<DeviceState, Long> counts = new EnumMap<>(DeviceState.class);
        JsonObject states = json.getJsonObject("counts");
        for (DeviceState state : DeviceState.values()) {
            counts.put(state, states.getLong(state.name(), 0L));
        }
        Map<FailureReason, Long> reasons = new EnumMap<>(FailureReason.class);
        for (Object each : json.getJsonArray("reasons", new JsonArray())) {
            JsonObject reason = (JsonObject) each;
            if (DeviceState.valueOf(reason.getString("state")).isFinal()) {
                reasons.merge(FailureReason.valueOf(reason.getString("reason")), reason.getLong("count"), Long::sum);
            }
        }
        JsonObject eta = json.getJsonObject("etaSeconds");
        return new Progress(
                Instant.now(),
                json.getString("name"),
                MigrationState.valueOf(json.getString("state")),
                json.getString("stateReason"),
                counts,
                reasons,
                json.getLong("aliveOnBothSides", 0L),
                json.getDouble("ratePerSecond", 0.0),
                eta == null ? null : new Progress.Eta(eta.getLong("low"), eta.getLong("likely"), eta.getLong("high")));
    }
}
