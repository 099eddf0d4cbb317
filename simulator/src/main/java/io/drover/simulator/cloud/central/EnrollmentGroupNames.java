package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.sas.SymmetricKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * The application's enrollment groups: they live in its provisioning service, which knows no display names, so those are kept here.
 * Changes are serialised, so that two groups cannot take the same keys at once.
 */
final class EnrollmentGroupNames {
    private static final int MAX_GROUPS = 200;

    private final ProvisioningService provisioning;
    private final RandomGenerator random;
    private final Map<String, String> displayNames = new ConcurrentHashMap<>();

    EnrollmentGroupNames(ProvisioningService provisioning, RandomGenerator random) {
        this.provisioning = provisioning;
        this.random = random;
    }

    String displayName(EnrollmentGroup group) {
        return displayNames.getOrDefault(group.id(), group.id());
    }

    Optional<EnrollmentGroup> get(String id) {
        return provisioning.group(id).filter(group -> group.keys() != null);
    }

    /** All groups with keys, in the order of ids. */
    List<EnrollmentGroup> all() {
        return provisioning.groups(null, MAX_GROUPS).items().stream()
                .filter(group -> group.keys() != null)
                .toList();
    }

    /**
     * Creates or changes a group.
     *
     * @param keys null keeps the keys there are, or makes fresh ones
     * @param ifMatch null when the caller does not care about the etag
     * @throws CentralException conflict when another group has one of the keys
     */
    synchronized EnrollmentGroup put(
            String id, String displayName, boolean enabled, boolean iotEdge, SymmetricKey keys, String ifMatch) {
        Optional<EnrollmentGroup> before = provisioning.group(id);
        SymmetricKey wanted =
                keys != null ? keys : before.map(EnrollmentGroup::keys).orElseGet(() -> SymmetricKey.generate(random));
        boolean taken = all().stream()
                .filter(other -> !other.id().equalsIgnoreCase(id))
                .map(EnrollmentGroup::keys)
                .anyMatch(other -> other.primary().equals(wanted.primary())
                        || other.secondary().equals(wanted.secondary()));
        if (taken) {
            throw CentralException.conflict("Another enrollment group already uses one of these keys.");
        }
        EnrollmentGroup base = before.orElseGet(() -> EnrollmentGroup.of(id, wanted));
        EnrollmentGroup stored = provisioning.put(
                new EnrollmentGroup(
                        base.id(),
                        wanted,
                        enabled,
                        base.allocation(),
                        base.iotHubs(),
                        base.reprovision(),
                        base.initialTwin(),
                        iotEdge,
                        base.created(),
                        base.updated(),
                        base.etag()),
                before.isEmpty() ? null : ifMatch == null ? "*" : ifMatch);
        displayNames.put(stored.id(), displayName);
        return stored;
    }

    synchronized void delete(String id, String ifMatch) {
        provisioning.delete(id, ifMatch);
        displayNames.remove(id);
    }
}
