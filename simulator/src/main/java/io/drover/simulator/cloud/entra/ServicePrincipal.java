package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.x509.UploadedCertificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An application that may sign in, and what it may do. The roles stand in for Azure's role assignments: a call
 * without the role it needs is answered with that service's own 403.
 *
 * @param objectId what IoT Central's users and the tokens' {@code oid} name
 * @param clientSecret null for an application without one
 * @param certificates with whose keys it may sign client assertions
 * @param redirectUris where users are sent back to after they signed in to this application
 * @param appRoles application roles by the client id of a registered API
 * @param managedIdentity whether the identity endpoint of virtual machines gives its tokens
 * @param federatedCredentials other issuers' tokens that stand for it
 */
public record ServicePrincipal(
        String clientId,
        String objectId,
        String clientSecret,
        Set<String> roles,
        List<UploadedCertificate> certificates,
        Set<String> redirectUris,
        Map<String, Set<String>> appRoles,
        boolean managedIdentity,
        List<FederatedCredential> federatedCredentials) {
    private static final Pattern LOOPBACK =
            Pattern.compile("(https?://(?:localhost|127\\.0\\.0\\.1))(?::\\d{1,5})?((?:/[^#]*)?)");

    public static final String ARM_READER = "arm.reader";
    public static final String ARM_LISTKEYS = "arm.listkeys";
    public static final String CENTRAL_ADMINISTRATOR = "central.administrator";
    public static final String DPS_CONTRIBUTOR = "dps.contributor";
    public static final String DPS_READER = "dps.reader";
    public static final String HUB_CONTRIBUTOR = "hub.contributor";
    public static final String HUB_READER = "hub.reader";
    public static final String HUB_REGISTRY_CONTRIBUTOR = "hub.registry-contributor";
    public static final String HUB_TWIN_CONTRIBUTOR = "hub.twin-contributor";
    public static final Set<String> ALL_ROLES = Set.of(
            ARM_READER,
            ARM_LISTKEYS,
            CENTRAL_ADMINISTRATOR,
            DPS_CONTRIBUTOR,
            DPS_READER,
            HUB_CONTRIBUTOR,
            HUB_READER,
            HUB_REGISTRY_CONTRIBUTOR,
            HUB_TWIN_CONTRIBUTOR);

    public ServicePrincipal {
        roles = Set.copyOf(roles);
        certificates = List.copyOf(certificates);
        redirectUris = Set.copyOf(redirectUris);
        appRoles = Map.copyOf(appRoles);
        federatedCredentials = List.copyOf(federatedCredentials);
    }

    /** A principal with a secret alone, whose object id is its client id. */
    public ServicePrincipal(String clientId, String clientSecret, Set<String> roles) {
        this(clientId, clientId, clientSecret, roles, List.of(), Set.of(), Map.of(), false, List.of());
    }

    /** Whether users may be sent back there: a registered address, of a loopback one any port ("Redirect URI restrictions"). */
    boolean redirectsTo(String uri) {
        return redirectUris.contains(uri) || redirectUris.stream().anyMatch(known -> sameLoopback(known, uri));
    }

    private static boolean sameLoopback(String known, String uri) {
        Matcher one = LOOPBACK.matcher(known);
        Matcher other = LOOPBACK.matcher(uri);
        return one.matches()
                && other.matches()
                && one.group(1).equals(other.group(1))
                && one.group(2).equals(other.group(2));
    }

    @Override
    public String toString() {
        return "ServicePrincipal[clientId=" + clientId + ", clientSecret=***, roles=" + new TreeSet<>(roles) + "]";
    }
}
