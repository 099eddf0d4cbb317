package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SymmetricKey;

/** A shared access policy of the service with every right of the service API. */
public record ProvisioningPolicy(String name, SymmetricKey key) {
    /** The rights in the one comma-separated string of listkeys. */
    public String rightsText() {
        return "ServiceConfig, EnrollmentRead, EnrollmentWrite, RegistrationStatusRead, RegistrationStatusWrite,"
                + " DeviceConnect";
    }
}
