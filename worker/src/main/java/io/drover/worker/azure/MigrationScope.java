package io.drover.worker.azure;

import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.dps.DpsClient;
import java.util.List;
import java.util.Map;

/**
 * What preflight found and the stages work on: everything here exists and is reachable with the given rights.
 *
 * @param templates by template id, those that the migration may move
 * @param enrollments the source's symmetric-key enrollment groups and their counterparts at the target
 */
public record MigrationScope(
        CentralApplication application,
        CentralClient central,
        String groupId,
        Map<String, DeviceTemplate> templates,
        ProvisioningResource target,
        DpsClient dps,
        List<HubResource> hubs,
        List<TargetEnrollment> enrollments) {
    public MigrationScope {
        templates = Map.copyOf(templates);
        hubs = List.copyOf(hubs);
        enrollments = List.copyOf(enrollments);
    }

    /** An enrollment group that the target needs; {@code present} when it is already there with equal keys. */
    public record TargetEnrollment(String sourceGroup, String targetGroup, GroupKeys keys, boolean present) {}
}
