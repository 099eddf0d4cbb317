package io.drover.simulator.cloud.dps;

import java.util.Arrays;
import java.util.Optional;

/** What a shared access policy of a provisioning service allows; "Control access to DPS with shared access signatures". */
public enum ProvisioningRight {
    SERVICE_CONFIG("ServiceConfig"),
    ENROLLMENT_READ("EnrollmentRead"),
    ENROLLMENT_WRITE("EnrollmentWrite"),
    REGISTRATION_STATUS_READ("RegistrationStatusRead"),
    REGISTRATION_STATUS_WRITE("RegistrationStatusWrite"),
    DEVICE_CONNECT("DeviceConnect");

    private final String wireName;

    ProvisioningRight(String wireName) {
        this.wireName = wireName;
    }

    /** The name in ARM's list of keys. */
    public String wireName() {
        return wireName;
    }

    /** The right of this name, if it is one. */
    public static Optional<ProvisioningRight> named(String wireName) {
        return Arrays.stream(values())
                .filter(right -> right.wireName.equals(wireName))
                .findFirst();
    }
}
