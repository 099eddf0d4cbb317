package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;

/** What a device proves itself with: a pair of symmetric keys (authentication type {@code sas}). */
public record DeviceCredential(SymmetricKey symmetricKey) {
    /** The type's name in the registry's JSON. */
    public String type() {
        return "sas";
    }
}
