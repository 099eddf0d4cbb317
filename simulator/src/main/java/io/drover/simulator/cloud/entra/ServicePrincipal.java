package io.drover.simulator.cloud.entra;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An application that may sign in with a client secret, and what it may do. The roles stand in for Azure's role assignments: a call
 * without the role it needs is answered with that service's own 403.
 *
 * @param objectId what IoT Central's users and the tokens' {@code oid} name
 */
public record ServicePrincipal(String clientId, String objectId, String clientSecret, Set<String> roles) {
    public static final String ARM_READER = "arm.reader";
    public static final String ARM_LISTKEYS = "arm.listkeys";
    public static final String CENTRAL_ADMINISTRATOR = "central.administrator";
    public static final String DPS_CONTRIBUTOR = "dps.contributor";
    public static final String HUB_CONTRIBUTOR = "hub.contributor";
    public static final Set<String> ALL_ROLES =
            Set.copyOf(List.of(ARM_READER, ARM_LISTKEYS, CENTRAL_ADMINISTRATOR, DPS_CONTRIBUTOR, HUB_CONTRIBUTOR));

    public ServicePrincipal {
        roles = Set.copyOf(roles);
    }

    /** A principal whose object id is its client id. */
    public ServicePrincipal(String clientId, String clientSecret, Set<String> roles) {
        this(clientId, clientId, clientSecret, roles);
    }

    @Override
    public String toString() {
        return "ServicePrincipal[clientId=" + clientId + ", clientSecret=***, roles=" + new TreeSet<>(roles) + "]";
    }
}
