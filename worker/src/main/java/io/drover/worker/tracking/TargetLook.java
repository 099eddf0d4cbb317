package io.drover.worker.tracking;

import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.MigrationScope.TargetEnrollment;
import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.hub.HubClient.HubDeviceRow;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One complete look at the target: every registration of the migration's enrollment groups and every device of its
 * hubs, in pages; never a call per device. What is older than the migration proves nothing about it.
 */
final class TargetLook {
    private static final Set<DeviceState> UNASSIGNED = EnumSet.of(
            DeviceState.REGISTERED,
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.FAILED,
            DeviceState.CANCELLED);
    private static final Set<DeviceState> UNCONNECTED = EnumSet.of(
            DeviceState.REGISTERED,
            DeviceState.COMMANDED,
            DeviceState.ACCEPTED,
            DeviceState.WAITING,
            DeviceState.ASSIGNED,
            DeviceState.FAILED,
            DeviceState.CANCELLED);

    private final MigrationScope scope;
    private final List<HubClient> hubs;
    private final DeviceStore store;
    private final long migrationId;
    private final Instant since;
    private final Clock clock;

    TargetLook(
            MigrationScope scope,
            List<HubClient> hubs,
            DeviceStore store,
            long migrationId,
            Instant since,
            Clock clock) {
        this.scope = scope;
        this.hubs = List.copyOf(hubs);
        this.store = store;
        this.migrationId = migrationId;
        this.since = since;
        this.clock = clock;
    }

    /** Completes when all of the target was read and what it showed is committed; fails when any page is missing. */
    Future<Void> look() {
        Future<Void> all = Future.succeededFuture();
        for (TargetEnrollment enrollment : scope.enrollments()) {
            all = all.compose(done -> scope.dps()
                    .eachRegistrationPage(enrollment.targetGroup(), page -> record(assignments(page), UNASSIGNED)));
        }
        for (HubClient hub : hubs) {
            all = all.compose(done -> hub.eachDevicePage(page -> record(connections(hub.host(), page), UNCONNECTED)));
        }
        return all;
    }

    private Map<String, Evidence> assignments(List<RegistrationState> page) {
        Map<String, Evidence> seen = new HashMap<>();
        for (RegistrationState state : page) {
            boolean fresh = state.updated() != null && !state.updated().isBefore(since);
            if (fresh && "assigned".equals(state.status())) {
                seen.put(state.deviceId(), Evidence.assigned(state.updated(), state.assignedHub()));
            } else if (fresh && "failed".equals(state.status())) {
                seen.put(state.deviceId(), Evidence.targetRejected(state.updated(), state.error()));
            }
        }
        return seen;
    }

    private Map<String, Evidence> connections(String hub, List<HubDeviceRow> page) {
        Map<String, Evidence> seen = new HashMap<>();
        for (HubDeviceRow row : page) {
            boolean active = row.lastActivity() != null && !row.lastActivity().isBefore(since);
            if (active) {
                seen.put(row.deviceId(), Evidence.connected(row.lastActivity(), hub));
            } else if (row.connected()) {
                seen.put(row.deviceId(), Evidence.connected(clock.instant(), hub));
            }
        }
        return seen;
    }

    private Future<Void> record(Map<String, Evidence> seen, Set<DeviceState> states) {
        return store.known(migrationId, seen.keySet(), states)
                .compose(ids -> Future.all(ids.stream()
                        .map(id -> store.record(new DeviceKey(migrationId, id), seen.get(id)))
                        .toList()))
                .mapEmpty();
    }
}
