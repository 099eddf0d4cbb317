package io.drover.worker.source;

import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.dps.EnrollmentClient;
import io.drover.worker.device.DeviceCredential;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How devices came to a hub through its provisioning service; filled page by page, groups first. Not thread-safe. */
final class HubEnrollments {
    private final String hub;
    private final Map<String, DeviceCredential> credentials = new HashMap<>();
    private final Set<String> renamed = new HashSet<>();

    HubEnrollments(String hub) {
        this.hub = hub;
    }

    /** A registration through a group; one at another hub says nothing of the device of that name at this one. */
    void registered(RegistrationState state, DeviceCredential credential) {
        if (hub.equalsIgnoreCase(state.assignedHub())) {
            credentials.put(state.deviceId(), credential);
        }
    }

    /** An enrollment for one device. */
    void enrolled(EnrollmentClient.Listed enrollment) {
        if (!enrollment.deviceId().equalsIgnoreCase(enrollment.registrationId())) {
            renamed.add(enrollment.deviceId());
            return;
        }
        switch (enrollment.attestation()) {
            case "symmetricKey" -> credentials.put(enrollment.deviceId(), DeviceCredential.DEVICE_KEY);
            case "x509" -> credentials.put(enrollment.deviceId(), DeviceCredential.DEVICE_CERTIFICATE);
            case "tpm" -> credentials.put(enrollment.deviceId(), DeviceCredential.TPM);
            default -> credentials.remove(enrollment.deviceId());
        }
    }

    /** What the device registered with; null when nothing is known. */
    DeviceCredential of(String deviceId) {
        return credentials.get(deviceId);
    }

    /** Whether the device registers by another id than the hub knows it by: Drover knows the latter only. */
    boolean isRenamed(String deviceId) {
        return renamed.contains(deviceId);
    }
}
