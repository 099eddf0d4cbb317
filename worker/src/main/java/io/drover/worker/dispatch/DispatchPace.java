package io.drover.worker.dispatch;

import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.target.ArrivalLimit;
import io.drover.worker.target.MigrationScope;

/**
 * The rate at which devices may be commanded, and the limit that binds it: what the source takes as commands, with
 * what it is asked of each device, or what the target takes as the registrations and connections that the commands cause.
 *
 * @param owner host of the service that has the limit
 * @param perSecond commands per second, a little below the limit
 */
public record DispatchPace(AzureLimit binding, String owner, double perSecond) {
    /** Drover stays this far below a limit: evenly spaced calls arrive unevenly. */
    private static final double SHARE = 0.98;

    /**
     * The smallest of them.
     *
     * @param reads calls to the source's API beside its command that each device takes
     */
    public static DispatchPace of(MigrationScope scope, Quotas quotas, int reads) {
        AzureLimit limit = scope.source().commandLimit();
        String source = scope.source().host();
        DispatchPace commands = new DispatchPace(limit, source, SHARE * quotas.perSecond(limit, source));
        DispatchPace pace = limit.within()
                .map(wider -> new DispatchPace(wider, source, SHARE * quotas.perSecond(wider, source) / (1 + reads)))
                .map(commands::orLess)
                .orElse(commands);
        for (ArrivalLimit arrival : scope.target().arrivalLimits(quotas)) {
            pace = pace.orLess(new DispatchPace(arrival.limit(), arrival.owner(), SHARE * arrival.perSecond()));
        }
        return pace;
    }

    /** The limit's name in the ledger: migrations that are bound by the same one share it. */
    public String name() {
        return binding.key() + "/" + owner;
    }

    private DispatchPace orLess(DispatchPace other) {
        return other.perSecond < perSecond ? other : this;
    }
}
