package io.drover.worker.migration;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.AuditStore.Act;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An operator's verbs. Each is idempotent, writes the ledger only, and is seen by the running worker within a second; it
 * works as well while no worker runs. What changes something is in the audit with actor and reason.
 */
public final class MigrationControl {
    private static final Set<MigrationState> ABORTABLE = EnumSet.of(
            MigrationState.AWAITING_APPROVAL, MigrationState.SCHEDULED, MigrationState.RUNNING, MigrationState.PAUSED);

    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final AuditStore audit;
    private final Clock clock;

    public MigrationControl(MigrationStore migrations, DeviceStore devices, AuditStore audit, Clock clock) {
        this.migrations = migrations;
        this.devices = devices;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What a verb did.
     *
     * @param changed false when things already stood as asked
     * @param message what stands now and what comes next, for a person
     * @param head the audit's newest hash, null when nothing changed
     */
    public record Outcome(boolean changed, String message, String head) {
        static Outcome unchanged(String message) {
            return new Outcome(false, message, null);
        }
    }

    /** Who asks, and why; the reason may be null. */
    public record By(String actor, String reason) {
        String because() {
            return actor + (reason == null ? "" : ": " + reason);
        }
    }

    /** Which failed or cancelled devices to take up again; an empty part stands for any. */
    public record RetryFilter(Set<FailureReason> reasons, Set<Integer> waves, Set<String> ids) {
        public RetryFilter {
            reasons = Set.copyOf(reasons);
            waves = Set.copyOf(waves);
            ids = Set.copyOf(ids);
        }

        boolean takes(DeviceRow row) {
            return (row.state() == DeviceState.FAILED || row.state() == DeviceState.CANCELLED)
                    && (reasons.isEmpty() || reasons.contains(row.reason()))
                    && (waves.isEmpty() || waves.contains(row.wave()))
                    && (ids.isEmpty() || ids.contains(row.deviceId()));
        }
    }

    /** Lets a migration that awaits approval begin. */
    public Future<Outcome> approve(Migration migration, By by) {
        return moved(
                migration,
                EnumSet.of(MigrationState.AWAITING_APPROVAL),
                MigrationState.SCHEDULED,
                by,
                "approve",
                "approved; it starts when its time has come and a worker applies it");
    }

    /** No more commands; devices on their way are still followed. */
    public Future<Outcome> pause(Migration migration, By by) {
        return devices.counts(migration.id())
                .compose(counts -> moved(
                        migration,
                        EnumSet.of(MigrationState.RUNNING, MigrationState.SCHEDULED),
                        MigrationState.PAUSED,
                        by,
                        "pause",
                        "paused; " + counts.inFlight() + " devices on their way are still followed. Next: resume"));
    }

    /** Goes on after a pause; what failed so far counts no more for the stop rule, and a held wave is judged anew. */
    public Future<Outcome> resume(Migration migration, By by) {
        return go(migration, by, "resume", WaveState.OPEN, "running; a held wave is judged anew");
    }

    /** Lets the next wave begin although the held one waits for a person or missed its gate. */
    public Future<Outcome> promote(Migration migration, By by) {
        return held(migration)
                .compose(wave -> wave.isEmpty()
                        ? Future.succeededFuture(Outcome.unchanged("no wave is held; nothing to promote"))
                        : go(
                                migration,
                                by,
                                "promote",
                                WaveState.COMPLETE,
                                "running; wave '" + wave.get().name() + "' is complete and the next one opens"));
    }

    private Future<Optional<Wave>> held(Migration migration) {
        return migrations
                .waves(migration.id())
                .map(waves -> waves.stream()
                        .filter(wave -> wave.state() == WaveState.HELD)
                        .findFirst());
    }

    private Future<Outcome> go(Migration migration, By by, String verb, WaveState heldBecomes, String message) {
        if (migration.state() != MigrationState.PAUSED) {
            return Future.succeededFuture(Outcome.unchanged("the migration is " + migration.state() + ", not paused"));
        }
        return devices.counts(migration.id())
                .compose(counts -> migrations.resume(
                        migration.id(),
                        counts.in(DeviceState.FAILED),
                        counts.in(DeviceState.MIGRATED),
                        heldBecomes,
                        act(migration, verb, by)))
                .compose(head -> outcome(migration, head, verb, message));
    }

    /** Sends nothing more, cancels what is not on its way, and follows what is. */
    public Future<Outcome> abort(Migration migration, By by) {
        return devices.counts(migration.id())
                .compose(counts -> devices.reads()
                        .lastDeadline(migration.id())
                        .compose(last -> moved(
                                migration, ABORTABLE, MigrationState.ABORTING, by, "abort", draining(counts, last))));
    }

    private String draining(DeviceCounts counts, Optional<Instant> last) {
        if (counts.inFlight() == 0) {
            return "aborting; no device is on its way";
        }
        Duration left = last.map(at -> Duration.between(clock.instant(), at)).orElse(Duration.ZERO);
        return "aborting; " + counts.inFlight() + " devices are on their way, the next deadline of the last one is in "
                + Math.max(0, left.toSeconds()) + " s. Keep a worker applying until it says ABORTED";
    }

    /** Takes failed or cancelled devices up again; one that has arrived meanwhile is not commanded. */
    public Future<Outcome> retry(Migration migration, RetryFilter filter, By by) {
        AtomicInteger taken = new AtomicInteger();
        return devices.reads()
                .eachPage(
                        migration.id(),
                        page -> Future.all(page.stream()
                                        .filter(filter::takes)
                                        .map(row -> devices.retry(row, by.because())
                                                .onSuccess(done -> taken.addAndGet(done ? 1 : 0)))
                                        .toList())
                                .mapEmpty())
                .compose(done -> taken.get() == 0
                        ? Future.succeededFuture(Outcome.unchanged("no failed or cancelled device matches"))
                        : reopened(migration, taken.get(), by));
    }

    private Future<Outcome> reopened(Migration migration, int taken, By by) {
        String message = taken + " devices are taken up again, after a look at the target. Next: "
                + (migration.returns() == null ? "apply" : "failback");
        Act act = new Act(by.actor(), "retry", migration.name(), taken + " devices; " + by.because());
        return migrations
                .move(
                        migration.id(),
                        EnumSet.of(MigrationState.FINISHED, MigrationState.ABORTED),
                        MigrationState.RUNNING,
                        null,
                        act)
                .compose(head -> head.map(Future::succeededFuture).orElseGet(() -> audit.append(act)))
                .map(head -> new Outcome(true, message, head));
    }

    private Future<Outcome> moved(
            Migration migration, Set<MigrationState> from, MigrationState to, By by, String verb, String message) {
        String reason =
                to == MigrationState.PAUSED || to == MigrationState.ABORTING ? verb + " by " + by.because() : null;
        return migrations
                .move(migration.id(), from, to, reason, act(migration, verb, by))
                .compose(head -> outcome(migration, head, verb, message));
    }

    private Future<Outcome> outcome(Migration migration, Optional<String> head, String verb, String message) {
        return head.isPresent()
                ? Future.succeededFuture(new Outcome(true, message, head.get()))
                : migrations
                        .get(migration.id())
                        .map(now -> Outcome.unchanged("the migration is " + now.state() + "; nothing to " + verb));
    }

    private static Act act(Migration migration, String verb, By by) {
        return new Act(by.actor(), verb, migration.name(), by.reason());
    }

    /** The waves that are open or were, for claims: the highest number, 0 for none. */
    public static int openWaves(List<Wave> waves) {
        return waves.stream()
                .filter(wave -> wave.state() != WaveState.PLANNED)
                .mapToInt(Wave::number)
                .max()
                .orElse(0);
    }
}
