package io.drover.worker.operation;

import io.drover.worker.WorkerConfig;
import io.drover.worker.db.Ledger;
import io.drover.worker.plan.PlanDigest;
import io.drover.worker.plan.PlanDrift;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;

/** What of a plan in the ledger can be held against an apply without a look at source or target. */
public final class KeptPlans {
    private KeptPlans() {}

    /**
     * Fails with {@link RefusedException} when there is no such plan, or it must not be applied any more.
     *
     * @param begun whether the migration goes on, so that only the plan it has begun under counts, which the worker looks up
     */
    public static Future<Void> check(
            Ledger ledger, String migration, String plan, WorkerConfig config, boolean begun, Clock clock) {
        return LedgerPlan.read(ledger, migration, plan).compose(kept -> {
            List<String> drift =
                    begun ? List.of() : new PlanDrift(null, kept).before(PlanDigest.of(config), clock.instant());
            return drift.isEmpty()
                    ? Future.succeededFuture()
                    : Future.failedFuture(new RefusedException("The plan of " + kept.madeAt()
                            + " does not hold any more: " + String.join("; ", drift)
                            + ". Plan anew, read it, then apply that one."));
        });
    }
}
