package io.drover.worker.migration;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.RolloutDecision.Step;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Carries out what the rollout policy asks for, one step at a time, each with a record in the audit. Every step is
 * guarded by the state it starts from, so that a step begun before a crash is taken up or found done. One event loop.
 */
public final class Supervisor {
    /** Whom the audit names for what the policy did by itself. */
    public static final String ACTOR = "drover";

    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final AuditStore audit;
    private final RolloutPolicy policy;
    private final RolloutDecision decision;
    private final Clock clock;

    public Supervisor(
            MigrationStore migrations, DeviceStore devices, AuditStore audit, RolloutPolicy policy, Clock clock) {
        this.migrations = migrations;
        this.devices = devices;
        this.audit = audit;
        this.policy = policy;
        this.decision = new RolloutDecision(policy);
        this.clock = clock;
    }

    /** Takes steps until there is nothing to do but wait; {@code opened} hears of each wave that opens. */
    public Future<Void> sweep(long migrationId, IntConsumer opened) {
        return migrations
                .get(migrationId)
                .compose(migration -> migrations
                        .waves(migrationId)
                        .compose(waves -> devices.counts(migrationId)
                                .map(counts -> decision.next(migration, waves, counts, clock.instant()))
                                .compose(step -> take(step, migration, waves, opened))))
                .compose(moved -> moved ? sweep(migrationId, opened) : Future.succeededFuture());
    }

    private Future<Boolean> take(Optional<Step> next, Migration migration, List<Wave> waves, IntConsumer opened) {
        if (next.isEmpty()) {
            return Future.succeededFuture(false);
        }
        Step step = next.get();
        long id = migration.id();
        if (step instanceof RolloutDecision.Start) {
            return move(migration, MigrationState.RUNNING, "start", null);
        } else if (step instanceof RolloutDecision.Open open) {
            Instant deadline = Optional.ofNullable(
                            policy.waves().get(open.wave() - 1).deadline())
                    .map(clock.instant()::plus)
                    .orElse(null);
            return migrations
                    .open(id, open.wave(), deadline, act(migration, "open-wave", name(waves, open.wave())))
                    .onSuccess(done -> opened.accept(open.wave()));
        } else if (step instanceof RolloutDecision.Complete complete) {
            return migrations.complete(
                    id, complete.wave(), act(migration, "complete-wave", name(waves, complete.wave())));
        } else if (step instanceof RolloutDecision.Hold hold) {
            return migrations.hold(id, hold.wave(), hold.reason(), act(migration, "hold", hold.reason()));
        } else if (step instanceof RolloutDecision.GiveUp giveUp) {
            return giveUp(migration, giveUp.wave(), giveUp.from(), FailureReason.DEADLINE_PASSED, giveUp.reason());
        } else if (step instanceof RolloutDecision.Cancel cancel) {
            return giveUp(migration, cancel.wave(), cancel.from(), FailureReason.CANCELLED, "aborted");
        } else if (step instanceof RolloutDecision.Pause pause) {
            return move(migration, MigrationState.PAUSED, "pause", pause.reason());
        } else if (step instanceof RolloutDecision.Abort abort) {
            return move(migration, MigrationState.ABORTING, "abort", abort.reason());
        } else {
            RolloutDecision.Finish finish = (RolloutDecision.Finish) step;
            return move(migration, finish.as(), "finish", null);
        }
    }

    private Future<Boolean> giveUp(
            Migration migration, int wave, DeviceState from, FailureReason reason, String detail) {
        return devices.giveUp(migration.id(), wave, from, reason, detail)
                .compose(count -> count == 0
                        ? Future.succeededFuture(false)
                        : audit.append(act(migration, "give-up", count + " devices in " + from + ": " + detail))
                                .map(true));
    }

    private Future<Boolean> move(Migration migration, MigrationState to, String verb, String reason) {
        return migrations
                .move(migration.id(), Set.of(migration.state()), to, reason, act(migration, verb, reason))
                .map(Optional::isPresent);
    }

    private static Act act(Migration migration, String verb, String detail) {
        return new Act(ACTOR, verb, migration.name(), detail);
    }

    private static String name(List<Wave> waves, int number) {
        return number + " " + waves.get(number - 1).name();
    }
}
