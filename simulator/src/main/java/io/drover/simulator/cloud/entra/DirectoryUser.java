package io.drover.simulator.cloud.entra;

import java.util.Map;
import java.util.Set;

/**
 * A person who may sign in to the emulator, without a password.
 *
 * @param userName what the person signs in with, an email address
 * @param roles roles for Azure's own services, as a service principal has them
 * @param appRoles application roles by the client id of a registered API
 * @param groups object ids
 */
public record DirectoryUser(
        String objectId,
        String userName,
        String displayName,
        Set<String> roles,
        Map<String, Set<String>> appRoles,
        Set<String> groups) {
    public DirectoryUser {
        roles = Set.copyOf(roles);
        appRoles = Map.copyOf(appRoles);
        groups = Set.copyOf(groups);
    }
}
