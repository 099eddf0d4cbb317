package io.drover.simulator.cloud;

import io.drover.simulator.cloud.arm.Resources;
import io.drover.simulator.cloud.central.CentralApp;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.entra.Directory;
import io.drover.simulator.cloud.hub.Hub;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** All state of the emulated cloud: each service by the name callers know it by. Thread-safe. */
public final class World {
    private final Names names;
    private volatile boolean built;
    private volatile Consumer<Hub> hubPreparation = hub -> {};
    private final Directory directory = new Directory();
    private final Resources resources = new Resources();
    private final Map<String, Hub> hubs = new ConcurrentHashMap<>();
    private final Map<String, ProvisioningService> provisioningByHost = new ConcurrentHashMap<>();
    private final Map<String, ProvisioningService> provisioningByIdScope = new ConcurrentHashMap<>();
    private final Map<String, CentralApp> applications = new ConcurrentHashMap<>();

    public World(Names names) {
        this.names = names;
    }

    /** Whether an estate has been put in; without one there is nothing to sign in to. */
    public boolean isBuilt() {
        return built;
    }

    /** An estate is complete. */
    void built() {
        built = true;
    }

    public Names names() {
        return names;
    }

    public Directory directory() {
        return directory;
    }

    public Resources resources() {
        return resources;
    }

    /** Called with each hub that is made, before anyone can reach it; one at a time. */
    public void onHub(Consumer<Hub> preparation) {
        hubPreparation = preparation;
    }

    /** A hub has been made. */
    void made(Hub hub) {
        hubPreparation.accept(hub);
    }

    /** Back to an empty world. What is connected stays so until someone drops it. */
    public void clear() {
        built = false;
        applications.clear();
        provisioningByHost.clear();
        provisioningByIdScope.clear();
        hubs.clear();
        resources.clear();
        directory.clear();
    }

    /** Hubs by host name, IoT Central's internal ones too. */
    public Map<String, Hub> hubs() {
        return hubs;
    }

    public Optional<Hub> hub(String hostName) {
        return Optional.ofNullable(hubs.get(hostName.toLowerCase(Locale.ROOT)));
    }

    /** The hub whose built-in telemetry endpoint is in the Service Bus namespace of this host name. */
    public Optional<Hub> hubOfNamespace(String serviceBusHost) {
        return hubs.values().stream()
                .filter(hub ->
                        names.serviceBus(names.eventHubNamespace(hub.name())).equals(serviceBusHost))
                .findFirst();
    }

    /** Provisioning services by service host; IoT Central's own ones have none. */
    public Map<String, ProvisioningService> provisioningByHost() {
        return provisioningByHost;
    }

    /** Provisioning services by id scope, IoT Central's own ones too. */
    public Map<String, ProvisioningService> provisioningByIdScope() {
        return provisioningByIdScope;
    }

    public Optional<ProvisioningService> provisioning(String host) {
        return Optional.ofNullable(provisioningByHost.get(host.toLowerCase(Locale.ROOT)));
    }

    public Optional<ProvisioningService> provisioningOfIdScope(String idScope) {
        return Optional.ofNullable(provisioningByIdScope.get(idScope));
    }

    /** IoT Central applications by host name. */
    public Map<String, CentralApp> applications() {
        return applications;
    }

    public Optional<CentralApp> application(String host) {
        return Optional.ofNullable(applications.get(host.toLowerCase(Locale.ROOT)));
    }
}
