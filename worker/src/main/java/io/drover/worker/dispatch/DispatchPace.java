package io.drover.worker.dispatch;

import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;

/**
 * The rate at which devices may be commanded, and the limit that binds it: what the source takes as commands or what
 * the target takes as the registrations and connections that the commands cause.
 *
 * @param owner host of the service that has the limit
 * @param perSecond commands per second, a little below the limit
 */
public record DispatchPace(AzureLimit binding, String owner, double perSecond) {
    /** Drover stays this far below a limit: evenly spaced calls arrive unevenly. */
    private static final double SHARE = 0.98;

    /** The smallest of the three. */
    public static DispatchPace of(MigrationScope scope, Quotas quotas) {
        String target = scope.target().serviceHost();
        AzureLimit limit = scope.source().commandLimit();
        String source = scope.source().host();
        DispatchPace commands = new DispatchPace(limit, source, SHARE * quotas.perSecond(limit, source));
        DispatchPace registrations = new DispatchPace(
                AzureLimit.DPS_REGISTRATIONS, target, SHARE * quotas.perSecond(AzureLimit.DPS_REGISTRATIONS, target));
        DispatchPace connections = new DispatchPace(
                AzureLimit.HUB_CONNECTIONS,
                target,
                SHARE
                        * scope.hubs().stream()
                                .map(HubResource::hostName)
                                .mapToDouble(hub -> quotas.perSecond(AzureLimit.HUB_CONNECTIONS, hub))
                                .sum());
        return commands.orLess(registrations).orLess(connections);
    }

    /** The limit's name in the ledger: migrations that are bound by the same one share it. */
    public String name() {
        return binding.key() + "/" + owner;
    }

    private DispatchPace orLess(DispatchPace other) {
        return other.perSecond < perSecond ? other : this;
    }
}
