package io.drover.worker.tracking;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes in first signs of life at the target. A fleet repeats itself for ever, so each device is kept once until its
 * evidence is committed, and no longer once it is final; memory is bounded by the devices of the target.
 * Confined to one event loop.
 */
final class Arrivals {
    /** As many as are in flight at most: what stays behind here is met by looks, which cost moves of their own. */
    private static final int BATCH = 4_000;

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
    private final Settled settled;
    private Future<Void> draining = Future.succeededFuture();

    Arrivals(DeviceStore store, Settled settled, long migrationId) {
        this.store = store;
        this.settled = settled;
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
        return store.reads()
                .states(migrationId, batch.keySet())
                .compose(states -> record(batch, states))
                .compose(over -> {
                    batch.forEach(pending::remove);
                    over.forEach(settled::add);
                    return next();
                });
    }

    /** Commits what tells something new; completes with the devices that are final. */
    private Future<List<String>> record(Map<String, Evidence> batch, Map<String, DeviceState> states) {
        Map<String, Evidence> open = new HashMap<>();
        Map<String, DeviceState> known = new HashMap<>(states);
        batch.forEach((id, evidence) -> {
            if (states.containsKey(id) && OPEN.contains(states.get(id))) {
                open.put(id, evidence);
            }
        });
        return store.recordAll(migrationId, open).map(recorded -> {
            known.putAll(recorded);
            return known.entrySet().stream()
                    .filter(device -> FINAL.contains(device.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        });
    }
}
