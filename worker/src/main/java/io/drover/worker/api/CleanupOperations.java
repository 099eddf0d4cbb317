package io.drover.worker.api;

import io.drover.worker.WorkerConfig;
import io.drover.worker.cleanup.CleanupVerdict;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.CleanupStore.Kept;
import io.drover.worker.migration.CleanupStore.Status;
import io.drover.worker.migration.Migration;
import io.drover.worker.operation.BusyException;
import io.drover.worker.operation.CleanupRun;
import io.drover.worker.operation.RefusedException;
import io.drover.worker.web.ProblemHandler;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cleanups at the source, and looks at what they would delete; in the background, one of a migration at a time. Confined to one event loop. */
final class CleanupOperations {
    private static final Logger LOG = LoggerFactory.getLogger(CleanupOperations.class);
    private static final int MOST = 2;
    private static final long KEEP_MILLIS = 2000;
    /** One on a shared ledger that has not been heard of for so long has nobody who carries it out. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final Serving serving;
    private final MigrationViews views;
    private final Set<String> running = new HashSet<>();

    CleanupOperations(Serving serving, MigrationViews views) {
        this.serving = serving;
        this.views = views;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("getCleanup", this::get);
        operations.put("cleanUp", this::cleanUp);
    }

    /** Those that a stop has cut off are told as failed. */
    Future<Void> abandon() {
        JsonObject failure = new JsonObject()
                .put("type", "urn:drover:problem:stopped")
                .put("title", "The worker was stopped")
                .put("status", 503)
                .put("detail", "The worker was stopped while it cleaned up. Ask for it again; it goes on.");
        Ledger ledger = serving.ledger();
        return ledger.cleanups()
                .abandon(
                        ledger.isShared()
                                ? serving.clock().instant().minus(SILENCE)
                                : serving.clock().instant(),
                        failure.encode());
    }

    private Future<Answer> get(Call call) {
        return views.one(call.migration())
                .compose(view -> serving.ledger().cleanups().find(view.name()))
                .map(found -> Answer.ok(json(found.orElseThrow(
                        () -> Call.notFound("Nobody has asked for a cleanup of '" + call.migration() + "' yet.")))));
    }

    private static JsonObject json(Kept kept) {
        JsonArray verdicts = new JsonArray();
        if (kept.verdicts() != null) {
            JsonObject counts = new JsonObject(kept.verdicts());
            for (CleanupVerdict verdict : CleanupVerdict.values()) {
                if (counts.containsKey(verdict.name())) {
                    verdicts.add(new JsonObject()
                            .put("verdict", verdict.name())
                            .put("count", counts.getLong(verdict.name()))
                            .put("text", verdict.text())
                            .put("nextAction", verdict.nextAction()));
                }
            }
        }
        return new JsonObject()
                .put("status", kept.status().name().toLowerCase(Locale.ROOT))
                .put("dryRun", kept.dryRun())
                .put("after", kept.after())
                .put("at", MigrationJson.text(kept.at()))
                .put("verdicts", verdicts)
                .put("failure", kept.failure() == null ? null : new JsonObject(kept.failure()));
    }

    private Future<Answer> cleanUp(Call call) {
        String confirm = call.body().getString("confirm");
        CleanupRun.Request request = new CleanupRun.Request(
                call.body().getString("after"),
                confirm == null,
                confirm,
                call.caller().id());
        return views.one(call.migration())
                .compose(view -> views.begun(view.name()).compose(migration -> {
                    request.check(migration);
                    WorkerConfig config = serving.definitions().config(view.name(), view.kept());
                    if (running.contains(view.name())) {
                        throw new RefusedException(
                                "A cleanup of '" + view.name() + "' goes on. Wait for its end, then ask again.");
                    }
                    if (running.size() >= MOST) {
                        throw new BusyException(MOST + " cleanups go on. Wait for one of them, then ask again.");
                    }
                    running.add(view.name());
                    return keep(view.name(), request, Status.RUNNING, Map.of(), null)
                            .onSuccess(kept -> run(migration, config, request))
                            .onFailure(unkept -> running.remove(view.name()));
                }))
                .recover(Refusals::told)
                .compose(begun -> serving.ledger().cleanups().find(call.migration()))
                .map(found -> Answer.json(202, json(found.orElseThrow())));
    }

    private void run(Migration migration, WorkerConfig config, CleanupRun.Request request) {
        String name = migration.name();
        Map<CleanupVerdict, Long> counts = new EnumMap<>(CleanupVerdict.class);
        long timer = serving.vertx()
                .setPeriodic(
                        KEEP_MILLIS,
                        due -> keep(name, request, Status.RUNNING, counts, null)
                                .onFailure(away -> LOG.warn("The cleanup of {} could not be kept", name, away)));
        new CleanupRun(serving.azure(), config, serving.ledger().under(config.policy()), serving.clock())
                .run(migration, request, (row, verdict) -> counts.merge(verdict, 1L, Long::sum))
                .onComplete(done -> serving.vertx().cancelTimer(timer))
                .compose(
                        done -> keep(name, request, Status.DONE, counts, null),
                        cause -> keep(
                                name,
                                request,
                                Status.FAILED,
                                counts,
                                ProblemHandler.json(cause).encode()))
                .onComplete(done -> running.remove(name))
                .onFailure(away -> LOG.warn("The cleanup of {} could not be kept", name, away));
    }

    private Future<Void> keep(
            String name, CleanupRun.Request request, Status status, Map<CleanupVerdict, Long> counts, String failure) {
        JsonObject verdicts = new JsonObject();
        counts.forEach((verdict, count) -> verdicts.put(verdict.name(), count));
        return serving.ledger()
                .cleanups()
                .keep(
                        name,
                        new Kept(
                                status,
                                request.dryRun(),
                                request.after(),
                                serving.clock().instant(),
                                verdicts.encode(),
                                failure));
    }
}
