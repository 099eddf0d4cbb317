package io.drover.worker.azure;

import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.source.MigrationSource;
import io.drover.worker.source.MoveTarget;
import java.util.List;

/**
 * What preflight found and the stages work on: everything here exists and is reachable with the given rights.
 *
 * @param enrollments the source's symmetric-key enrollment groups and their counterparts at the target
 */
public record MigrationScope(
        MigrationSource source,
        ProvisioningResource target,
        DpsClient dps,
        List<HubResource> hubs,
        List<TargetEnrollment> enrollments) {
    public MigrationScope {
        hubs = List.copyOf(hubs);
        enrollments = List.copyOf(enrollments);
    }

    /** Where devices are told to go. */
    public MoveTarget moveTarget() {
        return new MoveTarget(target.idScope(), target.name(), target.id());
    }

    /** An enrollment group that the target needs; {@code present} when it is already there with equal keys. */
    public record TargetEnrollment(String sourceGroup, String targetGroup, GroupKeys keys, boolean present) {}
}
