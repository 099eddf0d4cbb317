package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a token is asked for: one of Azure's own services or an API registered in the tenant, and the permissions on it.
 *
 * @param audience of Azure's own service, as the caller will name it; null for a registered API
 * @param api null for one of Azure's own services
 * @param scopes names of delegated permissions; {@code .default} for all
 * @param extras {@code openid}, {@code profile}, {@code email} and {@code offline_access} as asked for
 */
record TokenResource(String audience, RegisteredApi api, List<String> scopes, Set<String> extras) {
    static final String DEFAULT = ".default";
    private static final Set<String> EXTRAS = Set.of("openid", "profile", "email", "offline_access");
    private static final String IMPERSONATION = "user_impersonation";
    /** Microsoft Graph, whose userinfo endpoint is what OpenID scopes alone are for. */
    private static final String GRAPH = "00000003-0000-0000-c000-000000000000";

    /** Reads a v2 scope parameter; all but the extras must be of one resource. */
    static TokenResource ofScopes(String scope, String tenant, Directory directory, Names names) {
        List<String> asked = Arrays.stream(scope.trim().split("\\s+"))
                .filter(one -> !EXTRAS.contains(one))
                .toList();
        Set<String> extras = Set.copyOf(Arrays.stream(scope.trim().split("\\s+"))
                .filter(EXTRAS::contains)
                .distinct()
                .toList());
        if (asked.isEmpty() && !extras.isEmpty()) {
            return new TokenResource(GRAPH, null, List.of(), extras);
        }
        if (asked.isEmpty()) {
            throw new EntraException(EntraError.SCOPE_MALFORMED, scope);
        }
        List<String> scopes = new ArrayList<>();
        String resource = null;
        for (String one : asked) {
            int slash = one.lastIndexOf('/');
            String of = slash < 0 ? "" : one.substring(0, slash);
            if (slash < 0 || (resource != null && !resource.equals(of))) {
                throw new EntraException(EntraError.SCOPE_MALFORMED, scope);
            }
            resource = of;
            scopes.add(one.substring(slash + 1));
        }
        return of(resource, scopes, extras, tenant, directory, names);
    }

    /** Reads a v1 resource parameter. */
    static TokenResource ofResource(String resource, String tenant, Directory directory, Names names) {
        return of(resource, List.of(DEFAULT), Set.of(), tenant, directory, names);
    }

    boolean isDefaultOnly() {
        return scopes.equals(List.of(DEFAULT));
    }

    /** The permissions of a user's token as the answer's scope names them. */
    String scope() {
        if (GRAPH.equals(audience)) {
            return String.join(" ", granted());
        }
        String prefix = api == null ? audience : AccessTokens.withoutSlash(api.identifierUri());
        return granted().stream().map(one -> prefix + "/" + one).collect(Collectors.joining(" "));
    }

    /** The permissions a user's token gets. */
    List<String> granted() {
        if (GRAPH.equals(audience)) {
            return extras.stream()
                    .filter(extra -> !extra.equals("offline_access"))
                    .sorted()
                    .toList();
        }
        if (!scopes.contains(DEFAULT)) {
            return scopes;
        }
        return api == null
                ? List.of(IMPERSONATION)
                : api.scopes().stream().sorted().toList();
    }

    private static TokenResource of(
            String resource, List<String> scopes, Set<String> extras, String tenant, Directory directory, Names names) {
        String plain = AccessTokens.withoutSlash(resource);
        Set<String> own = Set.of(
                names.resourceManagerAudience(),
                names.centralAudience(),
                names.provisioningAudience(),
                names.hubAudience());
        if (own.contains(plain)) {
            requireKnown(scopes, Set.of(IMPERSONATION), resource);
            return new TokenResource(plain, null, scopes, extras);
        }
        RegisteredApi api = directory
                .api(tenant, plain)
                .orElseThrow(() -> new EntraException(EntraError.RESOURCE_NOT_FOUND, plain, tenant));
        requireKnown(scopes, api.scopes(), resource);
        return new TokenResource(null, api, scopes, extras);
    }

    private static void requireKnown(List<String> scopes, Set<String> known, String resource) {
        for (String scope : scopes) {
            if (!scope.equals(DEFAULT) && !known.contains(scope)) {
                throw new EntraException(EntraError.SCOPE_UNKNOWN, scope, resource);
            }
        }
    }
}
