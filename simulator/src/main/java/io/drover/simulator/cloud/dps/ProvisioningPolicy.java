package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SymmetricKey;
import java.util.Set;
import java.util.stream.Collectors;

/** A shared access policy of the service API. */
public record ProvisioningPolicy(String name, SymmetricKey key, Set<ProvisioningRight> rights) {
    public ProvisioningPolicy {
        rights = Set.copyOf(rights);
    }

    /** The rights in the one comma-separated string of listkeys. */
    public String rightsText() {
        return rights.stream().sorted().map(ProvisioningRight::wireName).collect(Collectors.joining(", "));
    }
}
