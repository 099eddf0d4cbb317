package io.drover.simulator.cloud.entra;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tenants of the emulated Entra with their service principals. Thread-safe. */
public final class Directory {
    private final Map<String, Map<String, ServicePrincipal>> tenants = new ConcurrentHashMap<>();

    public void addTenant(String tenantId) {
        tenants.computeIfAbsent(tenantId, id -> new ConcurrentHashMap<>());
    }

    /** Adds or replaces the principal, and the tenant when it is new. */
    public void put(String tenantId, ServicePrincipal principal) {
        tenants.computeIfAbsent(tenantId, id -> new ConcurrentHashMap<>()).put(principal.clientId(), principal);
    }

    public boolean hasTenant(String tenantId) {
        return tenants.containsKey(tenantId);
    }

    public Set<String> tenantIds() {
        return Set.copyOf(tenants.keySet());
    }

    public Optional<ServicePrincipal> principal(String tenantId, String clientId) {
        return Optional.ofNullable(tenants.getOrDefault(tenantId, Map.of()).get(clientId));
    }
}
