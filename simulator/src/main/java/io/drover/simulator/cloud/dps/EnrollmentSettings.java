package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import java.util.List;

/**
 * What groups and individual enrollments have in common besides the proof they ask for.
 *
 * @param enabled false answers every device of the enrollment with {@code disabled}
 * @param allocation how the hub is computed
 * @param iotHubs host names to allocate over; empty means all linked hubs
 * @param customAllocation the webhook; set exactly when the allocation is custom
 * @param reprovision what happens when a device registers again
 * @param initialTwin for newly created devices, or null
 * @param iotEdge kept and given back; edge devices are not emulated
 */
public record EnrollmentSettings(
        boolean enabled,
        AllocationPolicy allocation,
        List<String> iotHubs,
        CustomAllocation customAllocation,
        ReprovisionPolicy reprovision,
        InitialTwin initialTwin,
        boolean iotEdge) {
    /** As the portal creates an enrollment. */
    public static final EnrollmentSettings DEFAULT = new EnrollmentSettings(
            true, AllocationPolicy.HASHED, List.of(), null, ReprovisionPolicy.DEFAULT, null, false);

    public EnrollmentSettings {
        iotHubs = List.copyOf(iotHubs);
    }
}
