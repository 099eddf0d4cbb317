package io.drover.simulator.cloud.arm;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The subscriptions and resources the emulated resource manager lists, in a stable order. Thread-safe. */
public final class Resources {
    private final ConcurrentNavigableMap<String, Subscription> subscriptions = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, Resource> resources = new ConcurrentSkipListMap<>();

    public void put(Subscription subscription) {
        subscriptions.put(subscription.subscriptionId().toLowerCase(Locale.ROOT), subscription);
    }

    public void put(Resource resource) {
        resources.put(resource.key(), resource);
    }

    /** Forgets all subscriptions and resources. */
    public void clear() {
        subscriptions.clear();
        resources.clear();
    }

    /** Whether a resource of the type has the name, in whatever subscription: names are host names, so they are taken for all. */
    boolean isTaken(Resource.Type type, String name) {
        return resources.values().stream()
                .anyMatch(resource -> resource.type() == type && resource.name().equalsIgnoreCase(name));
    }

    List<Subscription> subscriptions() {
        return List.copyOf(subscriptions.values());
    }

    Optional<Subscription> subscription(String id) {
        return Optional.ofNullable(subscriptions.get(id.toLowerCase(Locale.ROOT)));
    }

    /** The resources of one type in a subscription; in one resource group when it is not null. */
    List<Resource> list(Resource.Type type, String subscriptionId, String resourceGroup) {
        return resources.values().stream()
                .filter(resource -> resource.type() == type
                        && resource.subscriptionId().equalsIgnoreCase(subscriptionId)
                        && (resourceGroup == null || resource.resourceGroup().equalsIgnoreCase(resourceGroup)))
                .toList();
    }

    Optional<Resource> find(Resource.Type type, String subscriptionId, String resourceGroup, String name) {
        return list(type, subscriptionId, resourceGroup).stream()
                .filter(resource -> resource.name().equalsIgnoreCase(name))
                .findFirst();
    }
}
