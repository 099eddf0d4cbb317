package io.drover.simulator.cloud.entra;

import java.util.Set;

/** Who a verified access token was issued to, with the emulator's roles (see {@link ServicePrincipal}). */
public record Caller(String clientId, Set<String> roles) {
    public Caller {
        roles = Set.copyOf(roles);
    }

    public boolean has(String role) {
        return roles.contains(role);
    }
}
