package io.drover.worker.operation;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.plan.KeptPlan;
import io.drover.worker.plan.PlanDigest;
import io.drover.worker.plan.PlanDrift;
import io.drover.worker.plan.PlanFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Holds the beginning of a migration against the plan that apply was given. A migration that has begun under a plan goes
 * on under it: devices have moved since, so the world is another one by rights.
 */
public final class PlanGate {
    private static final String VERB = "accept-plan";

    private final Vertx vertx;
    private final WorkerConfig config;
    private final Optional<Reading> plan;
    private final String actor;
    private final Clock clock;

    /** Reads a plan that was kept. */
    public interface Reading {
        /** Fails with IllegalArgumentException when there is no such plan. */
        Future<? extends KeptPlan> read();
    }

    /**
     * A gate for one migration.
     *
     * @param plan null when apply was given none
     * @param actor who applies, for the audit
     */
    public PlanGate(Vertx vertx, WorkerConfig config, Reading plan, String actor, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.plan = Optional.ofNullable(plan);
        this.actor = actor;
        this.clock = clock;
    }

    /** A plan that plan --save wrote. */
    public static Reading ofFile(Vertx vertx, Path file) {
        return file == null ? null : () -> vertx.executeBlocking(() -> PlanFile.read(file));
    }

    /**
     * What the migration begins or goes on under.
     *
     * @param act for the audit once the migration is in the ledger; empty when it is there, or there is no plan
     */
    public record Admission(Optional<Act> act) {
        static final Admission NOTED = new Admission(Optional.empty());

        /** Records it. */
        public Future<Void> record(Ledger ledger) {
            return act.map(plan -> ledger.audit().append(plan).<Void>mapEmpty()).orElse(Future.succeededFuture());
        }
    }

    /** Fails with {@link RefusedException}, which says what has changed, when the migration may not begin. */
    public Future<Admission> admit(Ledger ledger, MigrationPipeline pipeline) {
        if (plan.isEmpty() && !config.migration().requirePlan()) {
            return Future.succeededFuture(Admission.NOTED);
        }
        return accepted(ledger)
                .compose(accepted -> accepted.isPresent()
                        ? resumed(accepted.get())
                        : ledger.migrations()
                                .find(config.migration().name())
                                .compose(found -> found.isPresent()
                                                && found.get().discoveredAt() != null
                                        ? refused(
                                                "Migration '"
                                                        + config.migration().name() + "' has begun without a plan. "
                                                        + "Leave out --plan and migration.requirePlan, or choose another migration.name.")
                                        : begun(pipeline)));
    }

    private Future<Optional<String>> accepted(Ledger ledger) {
        AtomicReference<String> detail = new AtomicReference<>();
        return ledger.audit()
                .eachPage(page -> {
                    page.stream()
                            .filter(entry -> entry.verb().equals(VERB)
                                    && entry.migration()
                                            .equals(config.migration().name()))
                            .forEach(entry -> detail.set(entry.detail()));
                    return Future.succeededFuture();
                })
                .map(done -> Optional.ofNullable(detail.get()));
    }

    private Future<Admission> resumed(String accepted) {
        return plan.isEmpty()
                ? Future.succeededFuture(Admission.NOTED)
                : plan.get()
                        .read()
                        .compose(kept -> detail(kept).equals(accepted)
                                ? Future.succeededFuture(Admission.NOTED)
                                : refused("Migration '" + config.migration().name()
                                        + "' has begun under another plan than " + kept.name() + ": " + accepted
                                        + ". Name that one, or leave out --plan."));
    }

    private Future<Admission> begun(MigrationPipeline pipeline) {
        if (plan.isEmpty()) {
            return refused(
                    "migration.requirePlan asks for a plan. Make one with plan --save plan.json, read it, then run"
                            + " apply --plan plan.json.");
        }
        return plan.get().read().compose(kept -> {
            PlanDrift drift = new PlanDrift(vertx, kept);
            List<String> before = drift.before(PlanDigest.of(config), clock.instant());
            return before.isEmpty()
                    ? pipeline.plan(0)
                            .compose(now -> drift.against(now)
                                    .eventually(() -> now.devices().close(vertx)))
                            .compose(found -> found.isEmpty()
                                    ? Future.succeededFuture(new Admission(Optional.of(act(kept))))
                                    : refused(kept, found))
                    : refused(kept, before);
        });
    }

    private Act act(KeptPlan plan) {
        return new Act(actor, VERB, config.migration().name(), detail(plan));
    }

    private static String detail(KeptPlan plan) {
        return "made at " + plan.madeAt() + ", devices " + plan.devices();
    }

    private static <T> Future<T> refused(KeptPlan plan, List<String> why) {
        return refused("The plan " + plan.name() + " of " + plan.madeAt() + " does not hold any more:\n  - "
                + String.join("\n  - ", why) + "\nMake a new one with plan --save, read it, then apply that.");
    }

    private static <T> Future<T> refused(String message) {
        return Future.failedFuture(new RefusedException(message));
    }
}
