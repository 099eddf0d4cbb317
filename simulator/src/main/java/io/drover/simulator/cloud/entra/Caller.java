package io.drover.simulator.cloud.entra;

import java.util.Set;

/**
 * Who a verified access token was issued to, with the emulator's roles (see {@link ServicePrincipal}).
 *
 * @param clientId the application that asked for the token
 * @param objectId the directory object: the service principal, or the user who signed in
 * @param userName the name the user signs in with; null in an app-only token
 * @param groups object ids of the user's groups
 */
public record Caller(String clientId, Set<String> roles, String objectId, String userName, Set<String> groups) {
    public Caller {
        roles = Set.copyOf(roles);
        groups = Set.copyOf(groups);
    }

    public boolean has(String role) {
        return roles.contains(role);
    }

    /** For messages: the user, or the application when there is none. */
    public String name() {
        return userName == null ? clientId : userName;
    }
}
