package io.drover.worker.operation;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.PlanStore;
import io.drover.worker.plan.KeptPlan;
import io.drover.worker.plan.PlanCheck;
import io.drover.worker.plan.PlanDigest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A plan in the ledger, for an apply to be held against. */
final class LedgerPlan implements KeptPlan {
    static final String CONFIGURATION = "configuration";
    static final String FACTS = "facts";

    private final Ledger ledger;
    private final PlanStore.Kept kept;
    private final JsonObject summary;

    private LedgerPlan(Ledger ledger, PlanStore.Kept kept) {
        this.ledger = ledger;
        this.kept = kept;
        this.summary = new JsonObject(kept.summary());
    }

    /** Fails with {@link RefusedException} when the migration has no such plan that is made. */
    static Future<LedgerPlan> read(Ledger ledger, String migration, String id) {
        return ledger.plans()
                .find(migration)
                .compose(found -> found.filter(plan -> plan.id().equals(id) && plan.status() == PlanStore.Status.READY)
                        .map(plan -> Future.succeededFuture(new LedgerPlan(ledger, plan)))
                        .orElseGet(() ->
                                Future.failedFuture(new RefusedException("Migration '" + migration + "' has no plan "
                                        + id + " that is ready. Plan anew, read it, then apply that one."))));
    }

    @Override
    public String name() {
        return kept.id();
    }

    @Override
    public Instant madeAt() {
        return kept.at();
    }

    @Override
    public Instant validUntil() {
        return kept.expiresAt();
    }

    @Override
    public String configuration() {
        return summary.getString(CONFIGURATION);
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new HashMap<>();
        summary.getJsonObject(FACTS).forEach(fact -> facts.put(fact.getKey(), String.valueOf(fact.getValue())));
        return facts;
    }

    @Override
    public List<String> blocking() {
        List<String> blocking = new ArrayList<>();
        JsonArray checks = summary.getJsonArray("checks");
        for (int i = 0; i < checks.size(); i++) {
            JsonObject check = checks.getJsonObject(i);
            if (PlanCheck.Outcome.BLOCKING.name().equals(check.getString("outcome"))) {
                blocking.add(check.getString("subject") + ": " + check.getString("text"));
            }
        }
        return blocking;
    }

    @Override
    public String devices() {
        return kept.devicesDigest();
    }

    @Override
    public Future<Map<String, String>> verdicts(Vertx vertx) {
        return ledger.plans().verdicts(kept.id()).map(verdicts -> {
            verdicts.replaceAll((device, verdict) -> PlanDigest.lasting(verdict));
            return verdicts;
        });
    }
}
