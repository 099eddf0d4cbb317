package io.drover.worker.tracking;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Takes in first signs of life at the target. A fleet repeats itself for ever, so each device is kept once until its
 * evidence is committed, and no longer once it is final; memory is bounded by the devices of the target.
 * Confined to one event loop.
 */
final class Arrivals {
    private static final int BATCH = 500;
    private static final Set<DeviceState> OPEN = EnumSet.of(
            DeviceState.REGISTERED,
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.ASSIGNED,
            DeviceState.CONNECTED,
            DeviceState.FAILED,
            DeviceState.CANCELLED);
    /** Only here is telemetry of no more interest: an early message of a device not yet commanded moves nothing. */
    private static final Set<DeviceState> FINAL =
            EnumSet.of(DeviceState.MIGRATED, DeviceState.FAILED, DeviceState.EXCLUDED, DeviceState.CANCELLED);

    private final DeviceStore store;
    private final long migrationId;
    private final Map<String, Evidence> pending = new HashMap<>();
    private final Set<String> settled = new HashSet<>();
    private Future<Void> draining = Future.succeededFuture();

    Arrivals(DeviceStore store, long migrationId) {
        this.store = store;
        this.migrationId = migrationId;
    }

    /** Notes evidence to be committed by the next {@link #drain}; the earliest of a device is kept. */
    void note(String deviceId, Evidence evidence) {
        if (!settled.contains(deviceId)) {
            pending.merge(deviceId, evidence, (one, other) -> other.at().isBefore(one.at()) ? other : one);
        }
    }

    /** Commits all that is noted; completes when nothing is left. */
    Future<Void> drain() {
        draining = draining.recover(failed -> Future.succeededFuture()).compose(done -> next());
        return draining;
    }

    private Future<Void> next() {
        if (pending.isEmpty()) {
            return Future.succeededFuture();
        }
        Map<String, Evidence> batch = new HashMap<>();
        pending.entrySet().stream().limit(BATCH).forEach(entry -> batch.put(entry.getKey(), entry.getValue()));
        return store.known(migrationId, batch.keySet(), OPEN)
                .compose(open -> recordAll(open, batch::get))
                .compose(done -> store.known(migrationId, batch.keySet(), FINAL))
                .compose(over -> {
                    batch.forEach(pending::remove);
                    settled.addAll(over);
                    return next();
                });
    }

    private Future<Void> recordAll(List<String> ids, Function<String, Evidence> evidence) {
        return Future.all(ids.stream()
                        .map(id -> store.record(new DeviceKey(migrationId, id), evidence.apply(id)))
                        .toList())
                .mapEmpty();
    }
}
