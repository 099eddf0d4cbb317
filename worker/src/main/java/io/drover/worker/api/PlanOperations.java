package io.drover.worker.api;

import io.drover.worker.WorkerConfig;
import io.drover.worker.migration.PlanStore;
import io.drover.worker.migration.PlanStore.PlannedRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Plans. Confined to one event loop. */
final class PlanOperations {
    private final Serving serving;
    private final MigrationViews views;

    PlanOperations(Serving serving, MigrationViews views) {
        this.serving = serving;
        this.views = views;
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("getPlan", call -> kept(call.migration()).map(plan -> Answer.ok(json(plan))));
        operations.put("makePlan", this::make);
        operations.put("listPlannedDevices", this::devices);
    }

    /** The migration's plan as the document has it, if there is one. */
    Future<Optional<JsonObject>> find(String migration) {
        return serving.ledger().plans().find(migration).map(found -> found.map(PlanOperations::json));
    }

    private Future<PlanStore.Kept> kept(String migration) {
        return views.one(migration)
                .compose(there -> serving.ledger().plans().find(migration))
                .map(found ->
                        found.orElseThrow(() -> Call.notFound("'" + migration + "' has no plan. POST makes one.")));
    }

    private Future<Answer> make(Call call) {
        long credentials = call.body().getLong("credentials", 0L);
        return views.one(call.migration())
                .compose(view -> {
                    if (view.returns() != null) {
                        throw Refusals.conflict(
                                "return", "A return has no plan", "'" + view.name() + "' brings devices back.");
                    }
                    WorkerConfig config = serving.definitions().config(view.name(), view.kept());
                    return serving.plans().make(config, credentials);
                })
                .recover(Refusals::told)
                .compose(id -> kept(call.migration()))
                .map(plan -> Answer.json(202, json(plan)));
    }

    static JsonObject json(PlanStore.Kept plan) {
        JsonObject json = plan.summary() == null ? new JsonObject() : new JsonObject(plan.summary());
        json.remove("configuration");
        json.remove("facts");
        return json.put("id", plan.id())
                .put("status", plan.status().name().toLowerCase(Locale.ROOT))
                .put("at", MigrationJson.text(plan.at()))
                .put("expiresAt", MigrationJson.text(plan.expiresAt()))
                .put("failure", plan.failure() == null ? null : new JsonObject(plan.failure()));
    }

    private Future<Answer> devices(Call call) {
        int limit = call.limit();
        return kept(call.migration()).compose(plan -> {
            JsonArray cursor = Cursors.read(call.query("cursor"), plan.id(), String.class);
            return serving.ledger()
                    .plans()
                    .devices(
                            plan.id(),
                            call.query("verdict"),
                            call.query("search"),
                            cursor == null ? null : cursor.getString(1),
                            limit)
                    .map(page -> {
                        JsonArray items = new JsonArray();
                        page.forEach(device -> items.add(json(device)));
                        String next = page.size() < limit
                                ? null
                                : Cursors.of(
                                        plan.id(), page.get(page.size() - 1).device());
                        return Answer.ok(new JsonObject().put("items", items).put("next", next));
                    });
        });
    }

    private static JsonObject json(PlannedRow device) {
        return new JsonObject()
                .put("device", device.device())
                .put("template", device.template())
                .put("verdict", device.verdict())
                .put("reason", device.reason())
                .put("action", device.action())
                .put("credential", device.credential())
                .put("wave", device.wave());
    }
}
