package io.drover.worker.discovery;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.ProvisioningTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Checks a target that is a provisioning service with its linked hubs. Reads only. */
final class ProvisioningPreflight implements TargetPreflight {
    private final AzureClients azure;
    private final ProvisioningResource resource;
    private final List<HubResource> hubs;

    private ProvisioningPreflight(AzureClients azure, ProvisioningResource resource, List<HubResource> hubs) {
        this.azure = azure;
        this.resource = resource;
        this.hubs = List.copyOf(hubs);
    }

    /** Finds the service and its hubs. */
    static Future<TargetPreflight> of(AzureClients azure, List<String> subscriptions, String name) {
        ArmClient arm = azure.arm();
        return arm.provisioningService(subscriptions, name, "migration.target.provisioningService")
                .compose(resource -> hubs(azure, subscriptions, resource)
                        .map(hubs -> new ProvisioningPreflight(azure, resource, hubs)));
    }

    private static Future<List<HubResource>> hubs(
            AzureClients azure, List<String> subscriptions, ProvisioningResource resource) {
        if (resource.linkedHubs().isEmpty()) {
            return Future.failedFuture(new AzureException(
                    409,
                    "NoLinkedHub",
                    "Provisioning service '" + resource.name()
                            + "' has no linked IoT hub, so no device could be assigned. Link the target hub to it, then run"
                            + " again."));
        }
        return azure.arm()
                .hubs(subscriptions, resource.linkedHubs())
                .onSuccess(hubs -> hubs.forEach(hub -> azure.quotas().hub(hub.hostName(), hub.sku(), hub.units())));
    }

    @Override
    public Optional<ProvisioningResource> provisioningService() {
        return Optional.of(resource);
    }

    @Override
    public Future<MigrationTarget> target(SourceOffer offer) {
        DpsClient dps = azure.dps(resource.serviceHost());
        return new TargetGroups(dps, resource.name(), offer.name())
                .of(offer.groups())
                .map(enrollments -> new ProvisioningTarget(
                        resource,
                        dps,
                        hubs,
                        hubs.stream().map(hub -> azure.hub(hub.hostName())).toList(),
                        enrollments));
    }
}
