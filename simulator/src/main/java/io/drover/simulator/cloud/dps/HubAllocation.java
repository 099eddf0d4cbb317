package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Picks hubs by weighted rendezvous hashing: each hub gets its weight's share, the same id the same hub, and a hub added or removed
 * moves only the devices it must.
 */
final class HubAllocation {
    private static final double UNIT = 0x1.0p-53;

    private HubAllocation() {}

    /** The hub for this device, empty when the enrollment's list names no linked hub. */
    static Optional<Hub> allocate(EnrollmentSettings settings, String registrationKey, List<LinkedHub> linked) {
        List<String> named = settings.iotHubs();
        List<LinkedHub> candidates = linked.stream()
                .filter(hub -> named.isEmpty() ? hub.applyAllocationPolicy() : named.contains(hub.hostName()))
                .toList();
        Optional<LinkedHub> chosen = settings.allocation() == AllocationPolicy.STATIC
                // The first that the enrollment names, as its list goes before the service's.
                ? candidates.stream().min(Comparator.comparingInt(hub -> named.indexOf(hub.hostName())))
                : candidates.stream().max(Comparator.comparingDouble(hub -> score(hub, registrationKey)));
        return chosen.map(LinkedHub::hub);
    }

    private static double score(LinkedHub hub, String registrationKey) {
        // A uniform number from 0 to 1, both excluded.
        double uniform = ((hash(hub.hostName(), registrationKey) >>> 11) + 0.5) * UNIT;
        return -hub.weight() / Math.log(uniform);
    }

    private static long hash(String hostName, String registrationKey) {
        long hash = ((long) hostName.hashCode() << 32) ^ registrationKey.hashCode();
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
