package io.drover.worker.target;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedPlace;
import io.drover.worker.source.MoveTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What devices left and come back to: its enrollments are still there and are not touched, and it knew every device
 * before, so that what it shows from before the command proves no arrival.
 */
public final class ReturnTarget implements MigrationTarget {
    private final MigrationTarget left;

    public ReturnTarget(MigrationTarget left) {
        this.left = left;
    }

    @Override
    public String name() {
        return left.name();
    }

    @Override
    public Future<MoveTarget> moveTarget() {
        return left.moveTarget();
    }

    @Override
    public List<ArrivalLimit> arrivalLimits(Quotas quotas) {
        return left.arrivalLimits(quotas);
    }

    @Override
    public List<TargetEnrollment> enrollments() {
        return left.enrollments();
    }

    @Override
    public Future<Void> ensureEnrollments() {
        return Future.succeededFuture();
    }

    @Override
    public boolean admitsEach() {
        return true;
    }

    @Override
    public Future<Map<String, FailureReason>> admit(List<DeviceRow> devices) {
        return left.admit(devices);
    }

    @Override
    public Future<Set<String>> provisioned(List<DeviceRow> devices) {
        Set<String> all = devices.stream().map(DeviceRow::deviceId).collect(Collectors.toSet());
        return left.provisioned(devices).map(known -> all);
    }

    /** Never asked for: each device has what it came with. */
    @Override
    public Future<Map<String, FailureReason>> enroll(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return left.enroll(devices, owned);
    }

    @Override
    public Future<Void> lookSingly(List<DeviceRow> overdue, TargetView view) {
        return left.lookSingly(overdue, view);
    }

    @Override
    public List<String> notes() {
        return left.notes();
    }

    @Override
    public Optional<OwnedPlace> owned(DeviceRow device) {
        return left.owned(device);
    }

    @Override
    public List<HubResource> hubs() {
        return left.hubs();
    }

    @Override
    public Future<Void> look(TargetView view) {
        return left.look(view);
    }
}
