package io.drover.worker.cleanup;

import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.hub.HubClient.HubDeviceRow;
import io.drover.worker.device.DeviceRow;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Hubs: the identity's last activity tells, one identity operation a device and hub; a connected device is active now. */
final class HubWhereabouts implements Whereabouts {
    private final List<HubClient> hubs;
    private final Optional<DpsClient> provisioning;
    private final Clock clock;

    /** {@code provisioning} is the service whose records of a device are deleted with it; empty for none. */
    HubWhereabouts(List<HubClient> hubs, Optional<DpsClient> provisioning, Clock clock) {
        this.hubs = List.copyOf(hubs);
        this.provisioning = provisioning;
        this.clock = clock;
    }

    @Override
    public Future<Optional<Sign>> look(DeviceRow device) {
        Future<Optional<HubDeviceRow>> found = Future.succeededFuture(Optional.empty());
        for (HubClient hub : hubs) {
            boolean named = hubs.size() == 1 || hub.host().equalsIgnoreCase(device.assignedHub());
            found = found.compose(before ->
                    before.isPresent() || !named ? Future.succeededFuture(before) : hub.activity(device.deviceId()));
        }
        return found.map(
                row -> row.map(there -> new Sign(true, there.connected() ? clock.instant() : there.lastActivity())));
    }

    /** The records of the service first: what a stop in between leaves is found again by the device. */
    @Override
    public Future<Void> delete(DeviceRow device) {
        Future<Void> records = provisioning.isEmpty()
                ? Future.succeededFuture()
                : provisioning.get().forget(device.deviceId());
        return records.compose(done -> hubs.get(0).delete(device.deviceId()));
    }
}
