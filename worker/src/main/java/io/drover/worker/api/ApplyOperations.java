package io.drover.worker.api;

import io.drover.worker.WorkerConfig;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.DefinitionStore.Return;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.drover.worker.operation.Failback;
import io.drover.worker.operation.KeptPlans;
import io.drover.worker.operation.RefusedException;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.drover.worker.web.ProblemException;
import io.drover.worker.web.ProblemException.Mistake;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What this worker is asked to carry out: migrations, forward and back. Confined to one event loop. */
final class ApplyOperations {
    private final Serving serving;
    private final MigrationViews views;

    ApplyOperations(Serving serving, MigrationViews views) {
        this.serving = serving;
        this.views = views;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("applyMigration", this::apply);
        operations.put("failBack", this::failBack);
    }

    private Future<Answer> apply(Call call) {
        Instant startAt = startAt(call.body().getString("startAt"));
        String plan = call.body().getString("plan");
        return views.one(call.migration())
                .compose(view -> {
                    boolean ended = view.migration()
                            .filter(now -> now.state().isFinal())
                            .isPresent();
                    if (ended) {
                        return Future.succeededFuture(new Outcome(
                                false,
                                "the migration is " + view.migration().get().state() + "; nothing to apply",
                                null));
                    }
                    Act act = new Act(
                            call.caller().id(),
                            "apply",
                            view.name(),
                            call.body().getString("reason"));
                    return admitted(view, plan)
                            .compose(admitted -> view.kept().isPresent()
                                    ? Future.succeededFuture()
                                    : serving.ledger().definitions().ofFile(view.name(), act.actor()))
                            .compose(there -> serving.ledger().definitions().apply(view.name(), plan, startAt, act))
                            .compose(applied -> serving.ledger().audit().head())
                            .map(head -> {
                                serving.runner().wake(view.name());
                                return new Outcome(true, "taken up; this worker checks it, then carries it out", head);
                            });
                })
                .recover(Refusals::told)
                .map(outcome -> Answer.json(202, VerbOperations.json(call.migration(), "apply", outcome)));
    }

    /** What can be refused at once; the look at source and target follows when the worker begins. */
    private Future<Void> admitted(MigrationView view, String plan) {
        if (view.returns() != null) {
            return Future.succeededFuture();
        }
        WorkerConfig config = serving.definitions().config(view.name(), view.kept());
        boolean begun = view.migration().isPresent();
        if (plan == null) {
            return config.migration().requirePlan() && !begun
                    ? Future.failedFuture(new RefusedException("'" + view.name()
                            + "' asks for a plan (requirePlan). Plan it, read the plan, then apply with its id."))
                    : Future.succeededFuture();
        }
        return KeptPlans.check(serving.ledger(), view.name(), plan, config, begun, serving.clock());
    }

    private Instant startAt(String text) {
        if (text == null) {
            return null;
        }
        try {
            Instant at = OffsetDateTime.parse(text).toInstant();
            if (at.isAfter(serving.clock().instant())) {
                return at;
            }
        } catch (DateTimeException notATime) {
            // Told below.
        }
        throw new ProblemException(
                422,
                "start",
                "No time to come",
                "startAt has to be later than now.",
                List.of(new Mistake(
                        "startAt",
                        "is not a time to come.",
                        "Write one like 2026-12-01T22:00:00+01:00, or leave it out.")));
    }

    private Future<Answer> failBack(Call call) {
        JsonObject body = call.body();
        List<String> devices = List.copyOf(new HashSet<>(Call.texts(body, "devices")));
        ListedDevices listed = devices.isEmpty() ? null : new ListedDevices("a list", Set.copyOf(devices));
        Long wave = body.getLong("wave");
        Failback.Choice choice = new Failback.Choice(
                body.getString("name"), wave == null ? null : (int) Math.min(Integer.MAX_VALUE, wave), listed);
        return views.begun(call.migration())
                .compose(forward -> views.one(forward.name()).compose(view -> {
                    serving.definitions().config(view.name(), view.kept());
                    return serving.ledger().migrations().waves(forward.id()).compose(waves -> {
                        Failback.check(forward, choice, waves);
                        return create(call, forward, choice, devices);
                    });
                }))
                .recover(Refusals::told);
    }

    private Future<Answer> create(Call call, Migration forward, Failback.Choice choice, List<String> devices) {
        String own = choice.nameOf(forward);
        String reason = call.body().getString("reason");
        Act act = new Act(
                call.caller().id(),
                "apply",
                own,
                "return of " + forward.name() + (reason == null ? "" : ": " + reason));
        return serving.ledger()
                .definitions()
                .create(own, new Return(forward.name(), choice.wave(), devices), act)
                .compose(created -> created
                        ? serving.ledger().audit().head()
                        : Future.failedFuture(Refusals.conflict(
                                "name-in-use",
                                "The name is in use",
                                "There is a migration '" + own + "' already. Give this return another name.")))
                .map(head -> {
                    serving.runner().wake(own);
                    Outcome outcome = new Outcome(true, "taken up; this worker checks it, then carries it out", head);
                    return Answer.json(201, VerbOperations.json(own, "failback", outcome))
                            .with("location", DraftOperations.location(own));
                });
    }
}
