package io.drover.simulator.cloud.central;

import java.util.List;

/**
 * A user of an application: a person by email, or a service principal or group by tenant and object id.
 *
 * @param email null unless the type is EMAIL
 * @param tenantId null if the type is EMAIL
 * @param objectId null if the type is EMAIL
 */
record CentralUser(String id, Type type, String email, String tenantId, String objectId, List<RoleAssignment> roles) {
    /** The types of users, with their names on the wire. */
    enum Type {
        EMAIL("email"),
        SERVICE_PRINCIPAL("servicePrincipal"),
        AD_GROUP("adGroup");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    CentralUser {
        roles = List.copyOf(roles);
    }
}
