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

/** Where devices are moved to: what must be there to accept them, and what is seen of them there. Thread-safe. */
public interface MigrationTarget {
    /** Name of the resource. */
    String name();

    /** What a device is told; known as soon as a device is admitted, and from then on without a call. */
    Future<MoveTarget> moveTarget();

    /** The limits that an arrival consumes; the smallest may bind the pace. */
    List<ArrivalLimit> arrivalLimits(Quotas quotas);

    /** The enrollment groups that accept the devices, there already or still to be made. */
    List<TargetEnrollment> enrollments();

    /**
     * Makes the enrollment groups that are missing; repeating it changes nothing. Fails with
     * {@link io.drover.worker.azure.AzureException} when one is there that would refuse the devices.
     */
    Future<Void> ensureEnrollments();

    /** Whether each device needs {@link #admit} before it is commanded; otherwise the enrollment groups accept them all. */
    default boolean admitsEach() {
        return false;
    }

    /**
     * Makes the target accept these devices, at most a few dozen at a time; the calls are paced by the target's own
     * limits, and repeating it for a device changes nothing. Completes with the devices that the target cannot accept,
     * by id, and why; all others are admitted. Fails when that is not known for every device, as after a lost
     * connection: the devices stay as they are and are brought again.
     */
    default Future<Map<String, FailureReason>> admit(List<DeviceRow> devices) {
        return Future.succeededFuture(Map.of());
    }

    /**
     * Which of these devices the target has as provisioned already, which would look like their arrival; asked before
     * they are admitted, and kept in the ledger for {@link TargetView#knownBefore}.
     */
    default Future<Set<String>> provisioned(List<DeviceRow> devices) {
        return Future.succeededFuture(Set.of());
    }

    /**
     * Makes the target accept each of these devices, already {@link #admit admitted}, by a credential of its own instead
     * of its group's; repeating it changes nothing, and what is there with another credential is left as it is.
     * Completes with the devices that the target does not accept, by id, and why; fails as {@link #admit} does.
     *
     * @param owned what they are to begin with, by id, where {@link #takesTwins}
     */
    Future<Map<String, FailureReason>> enroll(Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned);

    /** Whether devices can be given what they own before they come. */
    default boolean takesTwins() {
        return false;
    }

    /** Whether each device is to be made beforehand by {@link #prepare}. */
    default boolean preparesEach() {
        return false;
    }

    /**
     * Makes each of these devices where it will be assigned, with what it signs in with and what it owns; repeating it
     * changes nothing, and one that is there is left as it is. Completes and fails as {@link #enroll} does.
     */
    default Future<Map<String, FailureReason>> prepare(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return Future.succeededFuture(Map.of());
    }

    /** Which of these devices {@link #enroll} would leave out as the target has them with another credential; reads only. */
    default Future<Map<String, FailureReason>> conflicts(Map<String, DeviceAttestation> devices) {
        return Future.succeededFuture(Map.of());
    }

    /**
     * Looks for single devices that {@link #look} cannot tell everything of; of the given ones, which are overdue, those
     * that have an enrollment of their own. A call for each.
     */
    default Future<Void> lookSingly(List<DeviceRow> overdue, TargetView view) {
        return Future.succeededFuture();
    }

    /** What an operator should know before an apply: what a person will have to do. */
    default List<String> notes() {
        return List.of();
    }

    /** Where the target keeps what this device owns; empty while it does not show where the device is. */
    Optional<OwnedPlace> owned(DeviceRow device);

    /** Why no device with this template at the source, which may be null, can have such a path; empty when it can. */
    default Optional<String> refuses(String sourceTemplate, String path) {
        return Optional.empty();
    }

    /** The hubs whose telemetry proves arrivals; empty where the target shows telemetry in {@link #look} only. */
    List<HubResource> hubs();

    /** One complete look; completes when all was read and recorded, fails when any page is missing. */
    Future<Void> look(TargetView view);
}
