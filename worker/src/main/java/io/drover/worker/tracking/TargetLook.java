package io.drover.worker.tracking;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.TargetView;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** One complete look at the target for one migration: commits what it shows of the devices that await it. */
final class TargetLook implements TargetView {
    private static final Set<DeviceState> UNASSIGNED = EnumSet.of(
            DeviceState.REGISTERED,
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.FAILED,
            DeviceState.CANCELLED);
    private static final Set<DeviceState> UNCONNECTED = with(UNASSIGNED, DeviceState.ASSIGNED);
    private static final Set<DeviceState> SILENT = with(UNCONNECTED, DeviceState.CONNECTED);

    private static final Set<DeviceState> AWAITED = EnumSet.of(
            DeviceState.REGISTERED,
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.ASSIGNED,
            DeviceState.CONNECTED);

    private final MigrationTarget target;
    private final DeviceStore store;
    private final Settled settled;
    private final long migrationId;
    private final Instant since;
    private final Clock clock;

    TargetLook(
            MigrationTarget target, DeviceStore store, Settled settled, long migrationId, Instant since, Clock clock) {
        this.settled = settled;
        this.target = target;
        this.store = store;
        this.migrationId = migrationId;
        this.since = since;
        this.clock = clock;
    }

    /** Completes when all of the target was read and what it showed is committed; fails when any page is missing. */
    Future<Void> look() {
        return target.look(this);
    }

    /** As {@link #look} for overdue devices that only a call for each of them shows. */
    Future<Void> lookSingly(List<DeviceRow> overdue) {
        return target.lookSingly(overdue, this);
    }

    @Override
    public Instant since() {
        return since;
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public Future<Void> eachAwaitedPage(Function<List<DeviceRow>, Future<Void>> handler) {
        return store.reads().eachCommandedPage(migrationId, AWAITED, handler);
    }

    @Override
    public Future<Set<String>> knownBefore(Collection<String> ids) {
        return store.reads().knownBefore(migrationId, ids);
    }

    @Override
    public Future<Void> record(Map<String, Evidence> seen) {
        Map<Set<DeviceState>, Map<String, Evidence>> byStates = new HashMap<>();
        seen.forEach((id, evidence) -> {
            if (!settled.contains(id)) {
                byStates.computeIfAbsent(awaiting(evidence.kind()), states -> new HashMap<>())
                        .put(id, evidence);
            }
        });
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<Set<DeviceState>, Map<String, Evidence>> one : byStates.entrySet()) {
            all = all.compose(done -> record(one.getValue(), one.getKey()));
        }
        return all;
    }

    /** The states in which a device can learn something from it. */
    private static Set<DeviceState> awaiting(EvidenceKind kind) {
        return switch (kind) {
            case TELEMETRY -> SILENT;
            case CONNECTED -> UNCONNECTED;
            default -> UNASSIGNED;
        };
    }

    private Future<Void> record(Map<String, Evidence> seen, Set<DeviceState> states) {
        return store.reads().states(migrationId, seen.keySet()).compose(known -> {
            Map<String, Evidence> telling = new HashMap<>();
            known.forEach((id, state) -> {
                if (states.contains(state)) {
                    telling.put(id, seen.get(id));
                } else if (state == DeviceState.MIGRATED) {
                    settled.add(id);
                }
            });
            return store.recordAll(migrationId, telling).mapEmpty();
        });
    }

    private static Set<DeviceState> with(Set<DeviceState> states, DeviceState more) {
        Set<DeviceState> all = EnumSet.copyOf(states);
        all.add(more);
        return all;
    }
}
