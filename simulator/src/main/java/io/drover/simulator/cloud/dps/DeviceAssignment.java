package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.hub.Twin;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What becomes of an authenticated device: refused, or given an identity in a hub with the twin its group's reprovision policy says.
 * Called under the lock of one registration; works on the hubs but keeps nothing of its own.
 */
final class DeviceAssignment {
    private final List<Hub> linkedHubs;
    private final Supplier<RegistrationGate> gate;
    private final Clock clock;
    private final Duration assignmentTime;
    private final OpaqueIds ids;

    /** @param linkedHubs read at each decision, so that it may be a live list */
    DeviceAssignment(
            List<Hub> linkedHubs,
            Supplier<RegistrationGate> gate,
            Clock clock,
            Duration assignmentTime,
            OpaqueIds ids) {
        this.linkedHubs = linkedHubs;
        this.gate = gate;
        this.clock = clock;
        this.assignmentTime = assignmentTime;
        this.ids = ids;
    }

    /**
     * Decides about a device of this group.
     *
     * @param payload what the device sent for a custom allocation, or null
     * @param before the device's registration so far, or null
     */
    Registration decide(EnrollmentGroup group, String registrationId, JsonObject payload, Registration before) {
        if (!group.enabled()) {
            return outcome(group, registrationId, before, RegistrationStatus.DISABLED, null);
        }
        RegistrationGate.Decision decision = gate.get().decide(registrationId, payload);
        if (decision.refusal() != null) {
            return outcome(group, registrationId, before, RegistrationStatus.FAILED, decision.refusal());
        }
        Optional<Hub> kept = before == null || group.reprovision().updateHubAssignment()
                ? Optional.empty()
                : linked(before.assignedHub());
        return Optional.ofNullable(decision.hub())
                .or(() -> kept)
                .or(() -> HubAllocation.allocate(group, EnrollmentGroups.key(registrationId), linkedHubs))
                .map(hub -> assign(group, registrationId, hub, before))
                .orElseGet(() -> outcome(
                        group,
                        registrationId,
                        before,
                        RegistrationStatus.FAILED,
                        new RegistrationGate.Refusal(
                                ProvisioningError.BAD_REQUEST.code(), "No IoT hub is linked for this enrollment.")));
    }

    private Registration assign(EnrollmentGroup group, String registrationId, Hub hub, Registration before) {
        String deviceId = before == null || before.deviceId() == null ? registrationId : before.deviceId();
        DeviceCredential credential = new DeviceCredential(group.keys().derive(registrationId));
        hub.createOrGet(deviceId, credential, arrivalTwin(group, hub, before));
        Instant settled = clock.instant().plus(assignmentTime);
        boolean again = before != null && hub.hostName().equals(before.assignedHub());
        return new Registration(
                before == null ? registrationId : before.registrationId(),
                group.id(),
                ids.operationId(),
                RegistrationStatus.ASSIGNED,
                substatus(group, hub, before),
                hub.hostName(),
                deviceId,
                0,
                null,
                before == null ? clock.instant() : before.created(),
                settled,
                again ? before.assignedAt() : settled,
                ids.etag());
    }

    /** Takes the device from the hub it leaves; the twin to arrive with is the one it had there or the group's. */
    private InitialTwin arrivalTwin(EnrollmentGroup group, Hub hub, Registration before) {
        if (before == null
                || before.assignedHub() == null
                || before.assignedHub().equals(hub.hostName())) {
            return group.initialTwin();
        }
        Optional<Hub> left = linked(before.assignedHub());
        Optional<InitialTwin> carried = left.flatMap(from -> from.device(before.deviceId()))
                .filter(device -> group.reprovision().migrateDeviceData())
                .map(HubDevice::twin)
                .map(DeviceAssignment::carried);
        left.ifPresent(from -> from.delete(before.deviceId()));
        return carried.orElse(group.initialTwin());
    }

    private static InitialTwin carried(Twin twin) {
        JsonObject desired = twin.properties(false).getJsonObject("desired");
        desired.remove("$version");
        return new InitialTwin(twin.tags(), desired);
    }

    private Optional<Hub> linked(String hostName) {
        return linkedHubs.stream()
                .filter(hub -> hub.hostName().equals(hostName))
                .findFirst();
    }

    private static RegistrationSubstatus substatus(EnrollmentGroup group, Hub hub, Registration before) {
        if (before == null || before.assignedHub() == null) {
            return RegistrationSubstatus.INITIAL_ASSIGNMENT;
        }
        if (before.assignedHub().equals(hub.hostName())) {
            return RegistrationSubstatus.REPROVISIONED_TO_INITIAL_ASSIGNMENT;
        }
        return group.reprovision().migrateDeviceData()
                ? RegistrationSubstatus.DEVICE_DATA_MIGRATED
                : RegistrationSubstatus.DEVICE_DATA_RESET;
    }

    private Registration outcome(
            EnrollmentGroup group,
            String registrationId,
            Registration before,
            RegistrationStatus status,
            RegistrationGate.Refusal refusal) {
        return new Registration(
                before == null ? registrationId : before.registrationId(),
                group.id(),
                ids.operationId(),
                status,
                null,
                null,
                null,
                refusal == null ? 0 : refusal.errorCode(),
                refusal == null ? null : refusal.errorMessage(),
                before == null ? clock.instant() : before.created(),
                clock.instant().plus(assignmentTime),
                null,
                ids.etag());
    }
}
