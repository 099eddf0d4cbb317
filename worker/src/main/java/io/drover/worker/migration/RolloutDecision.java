package io.drover.worker.migration;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the rollout policy asks for next, as a pure function of where the migration stands. One step at a time: the
 * supervisor carries it out, writes it to the audit and asks again.
 */
public final class RolloutDecision {
    /** One step. */
    public sealed interface Step permits Start, Open, Hold, Complete, GiveUp, Pause, Abort, Cancel, Finish {}

    /** The scheduled time has come. */
    public record Start() implements Step {}

    /** Commands may go to this wave's devices. */
    public record Open(int wave) implements Step {}

    /** The wave is settled and a person decides; the migration pauses. */
    public record Hold(int wave, String reason) implements Step {}

    /** The wave is settled. */
    public record Complete(int wave) implements Step {}

    /** Devices of this wave that are not on their way are given up. */
    public record GiveUp(int wave, DeviceState from, String reason) implements Step {}

    /** Too much failed. */
    public record Pause(String reason) implements Step {}

    /** Too much failed, and the policy says to end it. */
    public record Abort(String reason) implements Step {}

    /** An aborting migration's devices that are not on their way are cancelled. */
    public record Cancel(int wave, DeviceState from) implements Step {}

    /** Every device is final. */
    public record Finish(MigrationState as) implements Step {}

    private static final List<DeviceState> NOT_UNDER_WAY =
            List.of(DeviceState.PENDING, DeviceState.REGISTERED, DeviceState.WAITING);

    private final RolloutPolicy policy;

    public RolloutDecision(RolloutPolicy policy) {
        this.policy = policy;
    }

    /** The next step, or empty when there is nothing to do but wait. */
    public Optional<Step> next(Migration migration, List<Wave> waves, DeviceCounts counts, Instant now) {
        return switch (migration.state()) {
            case SCHEDULED ->
                policy.startAt() == null || !now.isBefore(policy.startAt())
                        ? Optional.of(new Start())
                        : Optional.empty();
            case RUNNING ->
                migration.discoveredAt() == null
                        ? Optional.empty()
                        : stop(migration, counts)
                                .or(() -> campaignEnd(migration, counts, now))
                                .or(() -> wave(waves, counts, now))
                                .or(() -> finish(counts, MigrationState.FINISHED));
            case ABORTING -> cancel(counts).or(() -> finish(counts, MigrationState.ABORTED));
            case AWAITING_APPROVAL, PAUSED, ABORTED, FINISHED -> Optional.empty();
        };
    }

    private Optional<Step> stop(Migration migration, DeviceCounts counts) {
        long migrated = counts.in(DeviceState.MIGRATED) - migration.acceptedArrivals();
        long failed = counts.in(DeviceState.FAILED) - migration.acceptedFailures();
        if (!policy.stop().stops(migrated, failed)) {
            return Optional.empty();
        }
        String reason = String.format(
                Locale.ROOT,
                "%d of %d devices failed, more than %s %%",
                failed,
                migrated + failed,
                number(policy.stop().failedPercent()));
        return Optional.of(policy.stop().action() == StopRule.Action.ABORT ? new Abort(reason) : new Pause(reason));
    }

    private Optional<Step> campaignEnd(Migration migration, DeviceCounts counts, Instant now) {
        Duration campaign = policy.campaign();
        boolean over = campaign != null
                && migration.startedAt() != null
                && !now.isBefore(migration.startedAt().plus(campaign));
        return over
                ? quiet(counts)
                        .map(found ->
                                new GiveUp(found.wave(), found.state(), "the campaign of " + campaign + " is over"))
                : Optional.empty();
    }

    private Optional<Step> wave(List<Wave> waves, DeviceCounts counts, Instant now) {
        for (Wave wave : waves) {
            switch (wave.state()) {
                case COMPLETE -> {}
                case PLANNED -> {
                    return Optional.of(new Open(wave.number()));
                }
                case HELD -> {
                    return Optional.of(new Hold(
                            wave.number(), "wave '" + wave.name() + "' is held; promote it to open the next one"));
                }
                case OPEN -> {
                    return settle(wave, counts.ofWave(wave.number()), now);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Step> settle(Wave wave, DeviceCounts counts, Instant now) {
        boolean late = wave.deadlineAt() != null && !now.isBefore(wave.deadlineAt());
        if (late) {
            for (DeviceState state : NOT_UNDER_WAY) {
                if (counts.in(state) > 0) {
                    return Optional.of(
                            new GiveUp(wave.number(), state, "the deadline of wave '" + wave.name() + "' passed"));
                }
            }
        }
        long open = counts.in(DeviceState.PENDING, DeviceState.REGISTERED) + counts.inFlight();
        if (open > 0) {
            return Optional.empty();
        }
        if (counts.total() == 0) {
            return Optional.of(new Complete(wave.number()));
        }
        WavePolicy.Gate gate = policy.waves().get(wave.number() - 1).gate();
        long migrated = counts.in(DeviceState.MIGRATED);
        long finished = migrated + counts.in(DeviceState.FAILED);
        double success = finished == 0 ? 100 : migrated * 100.0 / finished;
        if (success < gate.successPercent()) {
            return Optional.of(new Hold(
                    wave.number(),
                    String.format(
                            Locale.ROOT,
                            "wave '%s': %d of %d devices arrived (%.1f %%), its gate asks for %s %%",
                            wave.name(),
                            migrated,
                            finished,
                            success,
                            number(gate.successPercent()))));
        }
        return Optional.of(
                gate.promote()
                        ? new Hold(wave.number(), "wave '" + wave.name() + "' is done and waits for promote")
                        : new Complete(wave.number()));
    }

    private static Optional<Step> cancel(DeviceCounts counts) {
        return quiet(counts).map(found -> new Cancel(found.wave(), found.state()));
    }

    private record Quiet(int wave, DeviceState state) {}

    /** Devices not under way, of any wave or of none yet. */
    private static Optional<Quiet> quiet(DeviceCounts counts) {
        return counts.entries().stream()
                .filter(entry -> entry.devices() > 0 && NOT_UNDER_WAY.contains(entry.state()))
                .map(entry -> new Quiet(entry.wave(), entry.state()))
                .findFirst();
    }

    private static Optional<Step> finish(DeviceCounts counts, MigrationState as) {
        return counts.finished() == counts.total() ? Optional.of(new Finish(as)) : Optional.empty();
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
