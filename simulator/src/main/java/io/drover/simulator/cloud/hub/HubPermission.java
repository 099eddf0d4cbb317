package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a service may do at a hub: the right a shared access policy needs for it, and which Entra roles have it ("Control access to
 * IoT Hub by using Microsoft Entra ID").
 */
public enum HubPermission {
    DEVICES_READ(AccessRight.REGISTRY_READ),
    DEVICES_WRITE(AccessRight.REGISTRY_WRITE),
    DEVICES_DELETE(AccessRight.REGISTRY_WRITE),
    REGISTRY_STATISTICS(AccessRight.REGISTRY_READ),
    SERVICE_STATISTICS(AccessRight.SERVICE_CONNECT),
    TWINS_READ(AccessRight.SERVICE_CONNECT),
    TWINS_WRITE(AccessRight.SERVICE_CONNECT),
    DIRECT_METHODS(AccessRight.SERVICE_CONNECT),
    MESSAGES(AccessRight.SERVICE_CONNECT),
    JOBS(AccessRight.SERVICE_CONNECT);

    /** IoT Hub Data Reader. */
    public static final String DATA_READER = ServicePrincipal.HUB_READER;
    /** IoT Hub Registry Contributor. */
    public static final String REGISTRY_CONTRIBUTOR = ServicePrincipal.HUB_REGISTRY_CONTRIBUTOR;
    /** IoT Hub Twin Contributor. */
    public static final String TWIN_CONTRIBUTOR = ServicePrincipal.HUB_TWIN_CONTRIBUTOR;
    /** IoT Hub Data Contributor. */
    public static final String DATA_CONTRIBUTOR = ServicePrincipal.HUB_CONTRIBUTOR;

    private static final Map<String, Set<HubPermission>> ROLES = Map.of(
            DATA_CONTRIBUTOR,
            EnumSet.allOf(HubPermission.class),
            DATA_READER,
            EnumSet.of(DEVICES_READ, REGISTRY_STATISTICS, SERVICE_STATISTICS, TWINS_READ),
            REGISTRY_CONTRIBUTOR,
            EnumSet.of(DEVICES_READ, DEVICES_WRITE, DEVICES_DELETE, REGISTRY_STATISTICS),
            TWIN_CONTRIBUTOR,
            EnumSet.of(TWINS_READ, TWINS_WRITE));

    private final AccessRight right;

    HubPermission(AccessRight right) {
        this.right = right;
    }

    AccessRight right() {
        return right;
    }

    /** Whether one of the roles gives the permission. */
    boolean heldBy(Set<String> roles) {
        return roles.stream()
                .anyMatch(role -> ROLES.getOrDefault(role, Set.of()).contains(this));
    }
}
