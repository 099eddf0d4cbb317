package io.drover.worker.tracking;

import io.drover.worker.azure.hub.TelemetryObservation;
import io.drover.worker.migration.TelemetryPositionStore;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Remembers how far each hub's telemetry was seen, and keeps that once it is committed. Confined to one event loop. */
final class ReadPositions {
    private final TelemetryPositionStore store;
    private final long migrationId;
    private final Map<String, Map<String, Long>> seen = new HashMap<>();

    ReadPositions(TelemetryPositionStore store, long migrationId) {
        this.store = store;
        this.migrationId = migrationId;
    }

    /** Where to go on reading, by partition. */
    Future<Map<String, Long>> of(String hub) {
        return store.of(migrationId, hub);
    }

    void seen(String hub, List<TelemetryObservation> batch) {
        Map<String, Long> positions = seen.computeIfAbsent(hub, known -> new HashMap<>());
        batch.forEach(one -> positions.merge(one.partition(), one.sequence(), Math::max));
    }

    /** Keeps what has been seen until now, after {@code committed} has completed. */
    Future<Void> keep(Supplier<Future<Void>> committed) {
        if (seen.isEmpty()) {
            return Future.succeededFuture();
        }
        Map<String, Map<String, Long>> now = Map.copyOf(seen);
        seen.clear();
        return committed
                .get()
                .compose(done -> {
                    Future<Void> all = Future.succeededFuture();
                    for (Map.Entry<String, Map<String, Long>> hub : now.entrySet()) {
                        all = all.compose(kept -> store.keep(migrationId, hub.getKey(), hub.getValue()));
                    }
                    return all;
                })
                .onFailure(lost -> now.forEach(this::putBack));
    }

    /** Not kept: the next time, unless more has been seen by then. */
    private void putBack(String hub, Map<String, Long> positions) {
        Map<String, Long> known = seen.computeIfAbsent(hub, missing -> new HashMap<>());
        positions.forEach((partition, sequence) -> known.merge(partition, sequence, Math::max));
    }
}
