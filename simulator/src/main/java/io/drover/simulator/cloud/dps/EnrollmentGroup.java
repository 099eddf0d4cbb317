package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.sas.SymmetricKey;
import java.time.Instant;
import java.util.List;

/**
 * A group of devices whose keys derive from the group's. Immutable: an update makes a new one with a new etag.
 *
 * @param id the {@code enrollmentGroupId}, matched without regard to case
 * @param keys the group's keys
 * @param enabled false answers every device of the group with {@code disabled}
 * @param allocation how the hub is computed
 * @param iotHubs host names to allocate over; empty means all linked hubs
 * @param reprovision what happens when a device registers again
 * @param initialTwin for newly created devices, or null
 * @param iotEdge kept and given back; edge devices are not emulated
 */
public record EnrollmentGroup(
        String id,
        SymmetricKey keys,
        boolean enabled,
        AllocationPolicy allocation,
        List<String> iotHubs,
        ReprovisionPolicy reprovision,
        InitialTwin initialTwin,
        boolean iotEdge,
        Instant created,
        Instant updated,
        String etag) {
    public EnrollmentGroup {
        iotHubs = List.copyOf(iotHubs);
    }

    /** An enabled group with default policies, as the portal creates it. */
    public static EnrollmentGroup of(String id, SymmetricKey keys) {
        return new EnrollmentGroup(
                id,
                keys,
                true,
                AllocationPolicy.HASHED,
                List.of(),
                ReprovisionPolicy.DEFAULT,
                null,
                false,
                null,
                null,
                null);
    }

    EnrollmentGroup stored(Instant createdAt, Instant updatedAt, String newEtag) {
        return new EnrollmentGroup(
                id,
                keys,
                enabled,
                allocation,
                iotHubs,
                reprovision,
                initialTwin,
                iotEdge,
                createdAt,
                updatedAt,
                newEtag);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "EnrollmentGroup[" + id + (enabled ? "" : ", disabled") + ", etag=" + etag + "]";
    }
}
