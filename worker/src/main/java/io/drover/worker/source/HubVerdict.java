package io.drover.worker.source;

import io.drover.worker.azure.hub.HubClient.HubIdentity;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import java.util.Locale;

/** Decides from a hub's registry and the enrollments of its provisioning service whether, and as what, a device can be moved. */
final class HubVerdict {
    private final HubEnrollments enrolled;
    private final boolean individuals;

    /** {@code individuals} tells whether the target may get enrollments for single devices. */
    HubVerdict(HubEnrollments enrolled, boolean individuals) {
        this.enrolled = enrolled;
        this.individuals = individuals;
    }

    /** The device as the ledger takes it, with the reason when it is excluded; a hub knows no template. */
    DiscoveredDevice on(HubIdentity device) {
        DeviceCredential credential = credential(device);
        return new DiscoveredDevice(device.deviceId(), null, credential, reason(device, credential), 0, 0);
    }

    private FailureReason reason(HubIdentity device, DeviceCredential credential) {
        if (!device.enabled()) {
            return FailureReason.BLOCKED;
        }
        if (device.edge()) {
            return FailureReason.EDGE_DEVICE;
        }
        if (!RegistrationId.isValid(device.deviceId())) {
            return FailureReason.ID_REFUSED_BY_DPS;
        }
        return credential == null || enrolled.isRenamed(device.deviceId())
                ? FailureReason.CREDENTIAL_UNSUPPORTED
                : null;
    }

    /** What the registry has and what the device registered with must agree; a device made by hand has one of its own. */
    private DeviceCredential credential(HubIdentity device) {
        DeviceCredential registered = enrolled.of(device.deviceId());
        boolean certificate =
                registered == DeviceCredential.GROUP_CERTIFICATE || registered == DeviceCredential.DEVICE_CERTIFICATE;
        return switch (device.authenticationType().toLowerCase(Locale.ROOT)) {
            case "sas" -> registered != null && !certificate ? registered : own(DeviceCredential.DEVICE_KEY);
            case "selfsigned" -> certificate ? registered : own(DeviceCredential.DEVICE_CERTIFICATE);
            case "certificateauthority" -> registered == DeviceCredential.GROUP_CERTIFICATE ? registered : null;
            default -> null;
        };
    }

    private DeviceCredential own(DeviceCredential credential) {
        return individuals ? credential : null;
    }
}
