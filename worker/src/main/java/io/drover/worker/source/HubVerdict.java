package io.drover.worker.source;

import io.drover.worker.azure.hub.HubClient.HubIdentity;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import java.util.Set;

/** Decides from a hub's registry and the registrations of its provisioning service whether a device can be moved at all. */
final class HubVerdict {
    private static final String SAS = "sas";

    private final Set<String> enrolled;

    /** {@code enrolled} are the devices that registered at this hub with a key of one of the migration's groups. */
    HubVerdict(Set<String> enrolled) {
        this.enrolled = enrolled;
    }

    /** The device as the ledger takes it, with the reason when it is excluded; a hub knows no template. */
    DiscoveredDevice on(HubIdentity device) {
        return new DiscoveredDevice(device.deviceId(), null, reason(device));
    }

    private FailureReason reason(HubIdentity device) {
        if (!device.enabled()) {
            return FailureReason.BLOCKED;
        }
        if (device.edge()) {
            return FailureReason.EDGE_DEVICE;
        }
        if (!RegistrationId.isValid(device.deviceId())) {
            return FailureReason.ID_REFUSED_BY_DPS;
        }
        boolean derived = SAS.equalsIgnoreCase(device.authenticationType()) && enrolled.contains(device.deviceId());
        return derived ? null : FailureReason.CREDENTIAL_UNSUPPORTED;
    }
}
