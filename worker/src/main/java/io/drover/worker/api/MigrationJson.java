package io.drover.worker.api;

import io.drover.worker.WorkerConfig;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationSearch;
import io.drover.worker.migration.Wave;
import io.drover.worker.operation.RefusedException;
import io.drover.worker.progress.Progress.Eta;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Migrations in the document's forms. Confined to one event loop. */
final class MigrationJson {
    private static final int MOST_DRAFTS = 500;

    private final Serving serving;
    /** What drafts say of themselves, by name and revision: a list of many is asked for every second. */
    private final Map<String, JsonObject> drafts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, JsonObject> eldest) {
            return size() > MOST_DRAFTS;
        }
    };

    MigrationJson(Serving serving) {
        this.serving = serving;
    }

    static String text(Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** A MigrationSummary. */
    JsonObject summary(MigrationView view) {
        JsonObject json = view.migration().map(this::begun).orElseGet(() -> draft(view));
        JsonObject counts = new JsonObject();
        view.counts().forEach((state, count) -> counts.put(state.name(), count));
        Optional<Kept> kept = view.kept();
        return json.put("returns", view.returns())
                .put("createdBy", kept.map(Kept::createdBy).orElse(null))
                .put("startAt", text(kept.map(Kept::startAt).orElse(null)))
                .put("counts", counts)
                .put("total", view.total())
                .put("ratePerSecond", Math.round(view.rates().lately() * 10) / 10.0)
                .put("etaSeconds", eta(view))
                .put("appliedHere", serving.runner().isRunning(view.name()))
                .put("trouble", serving.runner().trouble(view.name()));
    }

    private static JsonObject eta(MigrationView view) {
        Eta eta = Eta.of(
                view.total() - view.finished(),
                view.rates().lately(),
                view.rates().longer());
        return eta == null
                ? null
                : new JsonObject()
                        .put("low", eta.low())
                        .put("likely", eta.likely())
                        .put("high", eta.high());
    }

    private JsonObject begun(Migration migration) {
        return new JsonObject()
                .put("name", migration.name())
                .put("state", migration.state().name())
                .put("stateReason", migration.stateReason())
                .put("source", migration.sourceApplication())
                .put("selection", migration.sourceGroup())
                .put("target", migration.target())
                .put("targetKind", migration.targetKind().name())
                .put("verification", migration.verification())
                .put("createdAt", text(migration.createdAt()))
                .put("startedAt", text(migration.startedAt()))
                .put("finishedAt", text(migration.finishedAt()))
                .put("stateAt", text(migration.stateAt()));
    }

    private JsonObject draft(MigrationView view) {
        Kept kept = view.kept().orElseThrow();
        JsonObject json = new JsonObject()
                .put("name", view.name())
                .put("state", MigrationSearch.DRAFT)
                .put("createdAt", text(kept.createdAt()))
                .put("stateAt", text(kept.appliedAt() == null ? kept.createdAt() : kept.appliedAt()));
        return json.mergeIn(drafts.computeIfAbsent(view.name() + '/' + kept.revision(), key -> defined(kept)));
    }

    private JsonObject defined(Kept kept) {
        try {
            WorkerConfig.Migration migration =
                    serving.definitions().config(kept.name(), Optional.of(kept)).migration();
            return new JsonObject()
                    .put("source", migration.source().service())
                    .put("selection", migration.source().selection())
                    .put("target", migration.target().name())
                    .put("targetKind", migration.target().kind().name())
                    .put("verification", migration.verification().name());
        } catch (RefusedException elsewhere) {
            return new JsonObject();
        }
    }

    /** The waves with their counts. */
    static JsonArray waves(List<Wave> waves, DeviceCounts counts) {
        JsonArray array = new JsonArray();
        for (Wave wave : waves) {
            DeviceCounts own = counts.ofWave(wave.number());
            JsonObject states = new JsonObject();
            own.byState().forEach((state, count) -> states.put(state.name(), count));
            array.add(new JsonObject()
                    .put("number", wave.number())
                    .put("name", wave.name())
                    .put("state", wave.state().name())
                    .put("openedAt", text(wave.openedAt()))
                    .put("deadlineAt", text(wave.deadlineAt()))
                    .put("completedAt", text(wave.completedAt()))
                    .put("counts", states)
                    .put("total", own.total()));
        }
        return array;
    }

    /** Whether any device is in one of these states. */
    static boolean any(MigrationView view, DeviceState... states) {
        for (DeviceState state : states) {
            if (view.counts().get(state) > 0) {
                return true;
            }
        }
        return false;
    }
}
