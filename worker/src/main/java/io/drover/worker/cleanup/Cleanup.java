package io.drover.worker.cleanup;

import io.drover.worker.device.DeviceReads;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Deletes moved devices at the source, each only when it is proven at the target once more and quiet at the source since
 * its arrival. One device at a time, at the pace of the services' limits; a stop loses nothing, as what is deleted is
 * found to be gone by the next run.
 */
public final class Cleanup {
    private final DeviceStore store;
    private final Whereabouts source;
    private final Whereabouts target;
    private final Duration after;
    private final boolean dryRun;
    private final Clock clock;

    Cleanup(DeviceStore store, Whereabouts source, Whereabouts target, Duration after, boolean dryRun, Clock clock) {
        this.store = store;
        this.source = source;
        this.target = target;
        this.after = after;
        this.dryRun = dryRun;
        this.clock = clock;
    }

    /** Goes through the migration's devices; {@code told} hears the verdict on each one that is not known as deleted. */
    public Future<Void> run(long migrationId, BiConsumer<DeviceRow, CleanupVerdict> told) {
        DeviceReads reads = store.reads();
        return reads.eachPage(migrationId, page -> {
            List<DeviceRow> moved = page.stream()
                    .filter(row -> row.state() == DeviceState.MIGRATED)
                    .toList();
            List<String> ids = moved.stream().map(DeviceRow::deviceId).toList();
            return reads.removed(migrationId, ids).compose(removed -> {
                Future<Void> all = Future.succeededFuture();
                for (DeviceRow row : moved) {
                    if (!removed.contains(row.deviceId())) {
                        all = all.compose(done -> one(row, told));
                    }
                }
                return all;
            });
        });
    }

    private Future<Void> one(DeviceRow row, BiConsumer<DeviceRow, CleanupVerdict> told) {
        return verdict(row).compose(verdict -> act(row, verdict).onSuccess(done -> told.accept(row, verdict)));
    }

    private Future<Void> act(DeviceRow row, CleanupVerdict verdict) {
        if (dryRun) {
            return Future.succeededFuture();
        }
        return switch (verdict) {
            case PROVEN -> source.delete(row).compose(done -> store.removed(row, verdict.text()));
            case GONE -> store.removed(row, verdict.text());
            default -> Future.succeededFuture();
        };
    }

    /** The source is asked last, so that nothing is deleted on an old look at it. */
    private Future<CleanupVerdict> verdict(DeviceRow row) {
        Instant arrived = row.finishedAt();
        Instant ripe = arrived.plus(after);
        if (ripe.isAfter(clock.instant())) {
            return Future.succeededFuture(CleanupVerdict.TOO_RECENT);
        }
        return isWanted(row)
                .compose(wanted -> wanted
                        ? Future.succeededFuture(CleanupVerdict.RETURNED)
                        : target.look(row)
                                .compose(there ->
                                        there.filter(sign -> sign.since(ripe)).isEmpty()
                                                ? Future.succeededFuture(CleanupVerdict.NOT_SEEN)
                                                : source.look(row)
                                                        .map(here -> here.map(sign -> judge(sign, arrived))
                                                                .orElse(CleanupVerdict.GONE))));
    }

    private static CleanupVerdict judge(Whereabouts.Sign sign, Instant arrived) {
        if (sign.since(arrived)) {
            return CleanupVerdict.ALIVE_AT_SOURCE;
        }
        return sign.told() ? CleanupVerdict.PROVEN : CleanupVerdict.UNTOLD;
    }

    private Future<Boolean> isWanted(DeviceRow row) {
        long id = row.key().migrationId();
        List<String> one = List.of(row.deviceId());
        return store.reads()
                .returned(id, one)
                .compose(returned -> store.reads().elsewhere(id, one).map(elsewhere -> {
                    Set<String> all = new HashSet<>(returned);
                    all.addAll(elsewhere);
                    return !all.isEmpty();
                }));
    }
}
