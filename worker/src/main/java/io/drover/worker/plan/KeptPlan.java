package io.drover.worker.plan;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A plan that was kept, in a file or in the ledger, for an apply to be held against. */
public interface KeptPlan {
    /** What a person calls it. */
    String name();

    Instant madeAt();

    Instant validUntil();

    /** Digest of the configuration that the plan was made with. */
    String configuration();

    /** What must not change of source and target, by name. */
    Map<String, String> facts();

    /** What would make an apply fail. */
    List<String> blocking();

    /** Digest of the devices and verdicts; see {@link PlanDigest}. */
    String devices();

    /** What lasts of the verdict on each device, by id; only asked for when the digests differ. */
    Future<Map<String, String>> verdicts(Vertx vertx);
}
