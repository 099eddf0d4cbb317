package io.drover.worker.api;

import io.drover.worker.WorkerConfig;
import io.drover.worker.auth.Caller;
import io.drover.worker.auth.Caller.Way;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.drover.worker.migration.MigrationControl.RetryFilter;
import io.drover.worker.migration.MigrationSearch.AuditFilter;
import io.drover.worker.operation.RefusedException;
import io.drover.worker.web.ProblemException;
import io.drover.worker.web.ProblemException.Mistake;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Verbs that steer a migration that has begun, whoever carries it out. Confined to one event loop. */
final class VerbOperations {
    /** Whoever did one of these must not approve. */
    private static final Set<String> BEGINNINGS = Set.of("create", "change-definition", "apply");

    private static final int MOST_OF_ONE = 500;

    private final Serving serving;
    private final MigrationViews views;

    VerbOperations(Serving serving, MigrationViews views) {
        this.serving = serving;
        this.views = views;
    }

    /** What is done to a migration. */
    private interface Verb {
        Future<Outcome> act(MigrationControl control, Migration migration, By by);
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("approveMigration", this::approve);
        operations.put("pauseMigration", call -> act(call, "pause", MigrationControl::pause));
        operations.put("resumeMigration", call -> act(call, "resume", MigrationControl::resume));
        operations.put("promoteMigration", call -> act(call, "promote", MigrationControl::promote));
        operations.put("abortMigration", call -> act(call, "abort", MigrationControl::abort));
        operations.put("retryDevices", this::retry);
    }

    static By by(Call call) {
        return new By(call.caller().id(), call.body().getString("reason"));
    }

    private Future<Answer> act(Call call, String name, Verb verb) {
        return views.one(call.migration()).compose(view -> {
            Migration migration = begun(view);
            return verb.act(control(view), migration, by(call)).map(outcome -> {
                serving.runner().wake(migration.name());
                return Answer.ok(json(migration.name(), name, outcome));
            });
        });
    }

    private static Migration begun(MigrationView view) {
        return view.migration()
                .orElseThrow(() -> Refusals.conflict(
                        "draft", "It is a draft", "'" + view.name() + "' has not begun. Apply it first."));
    }

    /** Under the migration's own policy where this worker has its definition. */
    private MigrationControl control(MigrationView view) {
        try {
            if (view.returns() == null) {
                WorkerConfig config = serving.definitions().config(view.name(), view.kept());
                return serving.ledger().under(config.policy()).control();
            }
            return serving.ledger().control();
        } catch (RefusedException elsewhere) {
            return serving.ledger().control();
        }
    }

    static JsonObject json(String migration, String verb, Outcome outcome) {
        return new JsonObject()
                .put("migration", migration)
                .put("verb", verb)
                .put("changed", outcome.changed())
                .put("message", outcome.message())
                .put("auditHead", outcome.head());
    }

    /** Two persons: where callers are told apart, who has begun it does not approve it. */
    private Future<Answer> approve(Call call) {
        Caller caller = call.caller();
        if (caller.way() == Way.LOCAL) {
            return act(call, "approve", MigrationControl::approve);
        }
        return views.one(call.migration())
                .compose(view -> serving.ledger()
                        .search()
                        .audit(new AuditFilter(view.name(), caller.id(), null), Long.MAX_VALUE, MOST_OF_ONE)
                        .compose(own -> own.stream().anyMatch(entry -> BEGINNINGS.contains(entry.verb()))
                                        || isMaker(view.kept(), caller)
                                ? Future.failedFuture(new ProblemException(
                                        403,
                                        "second-person",
                                        "A second person approves",
                                        caller.id() + " made, changed or applied '" + view.name()
                                                + "'. Another approver has to approve it."))
                                : act(call, "approve", MigrationControl::approve)));
    }

    private static boolean isMaker(Optional<Kept> kept, Caller caller) {
        return kept.filter(one ->
                        caller.id().equals(one.createdBy()) || caller.id().equals(one.appliedBy()))
                .isPresent();
    }

    private Future<Answer> retry(Call call) {
        JsonObject body = call.body();
        Set<Integer> waves = new HashSet<>();
        JsonArray asked = body.getJsonArray("waves", new JsonArray());
        for (int i = 0; i < asked.size(); i++) {
            waves.add((int) Math.min(Integer.MAX_VALUE, asked.getLong(i)));
        }
        RetryFilter filter = new RetryFilter(
                reasons(Call.texts(body, "reasons")), waves, Set.copyOf(new HashSet<>(Call.texts(body, "devices"))));
        return act(call, "retry", (control, migration, by) -> control.retry(migration, filter, by));
    }

    private static Set<FailureReason> reasons(List<String> names) {
        Set<FailureReason> reasons = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            try {
                reasons.add(FailureReason.valueOf(names.get(i)));
            } catch (IllegalArgumentException unknown) {
                throw new ProblemException(
                        422,
                        "reason",
                        "No such reason",
                        "'" + names.get(i) + "' is no reason. GET /api/v1/reasons lists them.",
                        List.of(new Mistake(
                                "reasons[" + i + "]", "'" + names.get(i) + "' is not known.", "See /api/v1/reasons.")));
            }
        }
        return reasons;
    }
}
