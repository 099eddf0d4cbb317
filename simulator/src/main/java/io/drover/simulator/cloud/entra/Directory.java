package io.drover.simulator.cloud.entra;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** The tenants of the emulated Entra with their service principals, users and registered APIs. Thread-safe. */
public final class Directory {
    private record Tenant(
            Map<String, ServicePrincipal> principals,
            ConcurrentNavigableMap<String, DirectoryUser> users,
            Map<String, RegisteredApi> apis) {
        Tenant() {
            this(new ConcurrentHashMap<>(), new ConcurrentSkipListMap<>(), new ConcurrentHashMap<>());
        }
    }

    private final Map<String, Tenant> tenants = new ConcurrentHashMap<>();

    public void addTenant(String tenantId) {
        tenant(tenantId);
    }

    /** Adds or replaces the principal, and the tenant when it is new. */
    public void put(String tenantId, ServicePrincipal principal) {
        tenant(tenantId).principals().put(principal.clientId(), principal);
    }

    /** Adds or replaces the user, and the tenant when it is new. */
    public void put(String tenantId, DirectoryUser user) {
        tenant(tenantId).users().put(user.objectId(), user);
    }

    /** Adds or replaces the API, and the tenant when it is new. */
    public void put(String tenantId, RegisteredApi api) {
        tenant(tenantId).apis().put(api.clientId(), api);
    }

    /** Forgets all tenants. */
    public void clear() {
        tenants.clear();
    }

    public boolean hasTenant(String tenantId) {
        return tenants.containsKey(tenantId);
    }

    public Set<String> tenantIds() {
        return Set.copyOf(tenants.keySet());
    }

    public Optional<ServicePrincipal> principal(String tenantId, String clientId) {
        return Optional.ofNullable(tenants.get(tenantId))
                .map(tenant -> tenant.principals().get(clientId));
    }

    /** Whether an application of the tenant has its users sent back there. */
    boolean redirectsTo(String tenantId, String uri) {
        return Stream.ofNullable(tenants.get(tenantId))
                .flatMap(tenant -> tenant.principals().values().stream())
                .anyMatch(principal -> principal.redirectsTo(uri));
    }

    /** The principals of a tenant whose tokens the identity endpoint gives. */
    Stream<ServicePrincipal> managedIdentities(String tenantId) {
        return Stream.ofNullable(tenants.get(tenantId))
                .flatMap(tenant -> tenant.principals().values().stream())
                .filter(ServicePrincipal::managedIdentity);
    }

    /** The users of a tenant in the order of their object ids. */
    List<DirectoryUser> users(String tenantId) {
        return Optional.ofNullable(tenants.get(tenantId))
                .map(tenant -> List.copyOf(tenant.users().values()))
                .orElse(List.of());
    }

    /** The API of this client id or identifier URI. */
    Optional<RegisteredApi> api(String tenantId, String resource) {
        return Stream.ofNullable(tenants.get(tenantId))
                .flatMap(tenant -> tenant.apis().values().stream())
                .filter(api -> api.clientId().equals(resource)
                        || AccessTokens.withoutSlash(api.identifierUri()).equals(AccessTokens.withoutSlash(resource)))
                .findFirst();
    }

    private Tenant tenant(String tenantId) {
        return tenants.computeIfAbsent(tenantId, id -> new Tenant());
    }
}
