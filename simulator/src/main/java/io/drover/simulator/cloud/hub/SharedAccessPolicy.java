package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import java.util.Set;
import java.util.stream.Collectors;

/** A named pair of keys of the hub with the rights it gives. */
public record SharedAccessPolicy(String name, SymmetricKey key, Set<AccessRight> rights) {
    public SharedAccessPolicy {
        rights = Set.copyOf(rights);
    }

    /** The rights in the one comma-separated string of listkeys. */
    public String rightsText() {
        return rights.stream().sorted().map(AccessRight::wireName).collect(Collectors.joining(", "));
    }
}
