package io.drover.worker.dispatch;

import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;

/**
 * The rate at which devices may be commanded, and the limit that binds it: what the source takes as commands or what
 * the target takes as the registrations and connections that the commands cause.
 */
public record DispatchPace(AzureLimit binding, double perSecond) {
    /** The smallest of the three. */
    public static DispatchPace of(MigrationScope scope, String centralHost, Quotas quotas) {
        DispatchPace commands = new DispatchPace(
                AzureLimit.CENTRAL_COMMANDS, quotas.perSecond(AzureLimit.CENTRAL_COMMANDS, centralHost));
        DispatchPace registrations = new DispatchPace(
                AzureLimit.DPS_REGISTRATIONS,
                quotas.perSecond(AzureLimit.DPS_REGISTRATIONS, scope.target().serviceHost()));
        DispatchPace connections = new DispatchPace(
                AzureLimit.HUB_CONNECTIONS,
                scope.hubs().stream()
                        .map(HubResource::hostName)
                        .mapToDouble(hub -> quotas.perSecond(AzureLimit.HUB_CONNECTIONS, hub))
                        .sum());
        return commands.orLess(registrations).orLess(connections);
    }

    private DispatchPace orLess(DispatchPace other) {
        return other.perSecond < perSecond ? other : this;
    }
}
