package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.AuditStore.Act;
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
final class PlanGate {
    private static final String VERB = "accept-plan";

    private final Vertx vertx;
    private final WorkerConfig config;
    private final Optional<Path> file;
    private final Clock clock;

    /** {@code file} is null when apply was given no plan. */
    PlanGate(Vertx vertx, WorkerConfig config, Path file, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.file = Optional.ofNullable(file);
        this.clock = clock;
    }

    /**
     * What the migration begins or goes on under.
     *
     * @param act for the audit once the migration is in the ledger; empty when it is there, or there is no plan
     */
    record Admission(Optional<Act> act) {
        static final Admission NOTED = new Admission(Optional.empty());

        Future<Void> record(Ledger ledger) {
            return act.map(plan -> ledger.audit().append(plan).<Void>mapEmpty()).orElse(Future.succeededFuture());
        }
    }

    /** Fails with IllegalArgumentException, which says what has changed, when the migration may not begin. */
    Future<Admission> admit(Ledger ledger, MigrationPipeline pipeline) {
        if (file.isEmpty() && !config.migration().requirePlan()) {
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
        return file.isEmpty()
                ? Future.succeededFuture(Admission.NOTED)
                : read(file.get())
                        .compose(plan -> detail(plan).equals(accepted)
                                ? Future.succeededFuture(Admission.NOTED)
                                : refused("Migration '" + config.migration().name()
                                        + "' has begun under another plan than " + file.get() + ": " + accepted
                                        + ". Name that one, or leave out --plan."));
    }

    private Future<Admission> begun(MigrationPipeline pipeline) {
        if (file.isEmpty()) {
            return refused(
                    "migration.requirePlan asks for a plan. Make one with plan --save plan.json, read it, then run"
                            + " apply --plan plan.json.");
        }
        return read(file.get()).compose(plan -> {
            PlanDrift drift = new PlanDrift(vertx, plan);
            List<String> before = drift.before(PlanDigest.of(config), clock.instant());
            return before.isEmpty()
                    ? pipeline.plan(0)
                            .compose(now -> drift.against(now)
                                    .eventually(() -> now.devices().close(vertx)))
                            .compose(found -> found.isEmpty()
                                    ? Future.succeededFuture(new Admission(Optional.of(act(plan))))
                                    : refused(plan, found))
                    : refused(plan, before);
        });
    }

    private Future<PlanFile> read(Path path) {
        return vertx.executeBlocking(() -> PlanFile.read(path));
    }

    private Act act(PlanFile plan) {
        return new Act(System.getProperty("user.name"), VERB, config.migration().name(), detail(plan));
    }

    private static String detail(PlanFile plan) {
        return "made at " + plan.madeAt() + ", devices " + plan.devices();
    }

    private static <T> Future<T> refused(PlanFile plan, List<String> why) {
        return refused("The plan " + plan.file() + " of " + plan.madeAt() + " does not hold any more:\n  - "
                + String.join("\n  - ", why) + "\nMake a new one with plan --save, read it, then apply that.");
    }

    private static <T> Future<T> refused(String message) {
        return Future.failedFuture(new IllegalArgumentException(message));
    }
}
