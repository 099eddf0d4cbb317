package io.drover.worker.bench;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedPlace;
import io.drover.worker.source.MoveTarget;
import io.drover.worker.target.ArrivalLimit;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.TargetEnrollment;
import io.drover.worker.target.TargetView;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A provisioning service and a hub in memory; a look shows every device that has come, in pages of the services' size. */
final class MemoryTarget implements MigrationTarget {
    static final String HUB = "target.memory.test";
    /** More than any machine does. */
    private static final double UNBOUND = 1_000_000;

    private static final MoveTarget TOLD = new MoveTarget("0ne00000000", "dps", "id");

    private final MemoryCloud cloud;

    MemoryTarget(MemoryCloud cloud) {
        this.cloud = cloud;
    }

    @Override
    public String name() {
        return "dps";
    }

    @Override
    public Future<MoveTarget> moveTarget() {
        return Future.succeededFuture(TOLD);
    }

    @Override
    public List<ArrivalLimit> arrivalLimits(Quotas quotas) {
        return List.of(new ArrivalLimit(AzureLimit.DPS_REGISTRATIONS, HUB, UNBOUND));
    }

    @Override
    public List<TargetEnrollment> enrollments() {
        return List.of();
    }

    @Override
    public Future<Void> ensureEnrollments() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Map<String, FailureReason>> enroll(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return Future.succeededFuture(Map.of());
    }

    @Override
    public Optional<OwnedPlace> owned(DeviceRow device) {
        return Optional.empty();
    }

    @Override
    public List<HubResource> hubs() {
        return List.of();
    }

    @Override
    public Future<Void> look(TargetView view) {
        return look(view, 0, false).compose(done -> look(view, 0, true));
    }

    /** Registrations first, then what the hub's registry shows of activity. */
    private Future<Void> look(TargetView view, int from, boolean connections) {
        Map<String, Evidence> page = new HashMap<>();
        int number = from;
        for (; number < cloud.devices() && page.size() < MemoryCloud.PAGE; number++) {
            long at = cloud.arrivedAt(number);
            if (at > 0) {
                Instant when = Instant.ofEpochMilli(at);
                page.put(
                        MemoryCloud.id(number),
                        connections ? Evidence.connected(when, HUB) : Evidence.assigned(when, HUB));
            }
        }
        if (page.isEmpty()) {
            return Future.succeededFuture();
        }
        int next = number;
        return view.record(page).compose(done -> look(view, next, connections));
    }
}
