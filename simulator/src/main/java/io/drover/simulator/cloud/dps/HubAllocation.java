package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Picks hubs by rendezvous hashing: even over the hubs, the same for the same id, and a hub added or removed moves only
 * the devices it must.
 */
final class HubAllocation {
    private HubAllocation() {}

    /** The hub for this device, empty when the group's list names no linked hub. */
    static Optional<Hub> allocate(EnrollmentGroup group, String registrationKey, List<Hub> linked) {
        List<Hub> candidates = linked.stream()
                .filter(hub -> group.iotHubs().isEmpty() || group.iotHubs().contains(hub.hostName()))
                .toList();
        if (group.allocation() == AllocationPolicy.STATIC) {
            return candidates.stream().findFirst();
        }
        return candidates.stream().max(Comparator.comparingLong(hub -> weight(hub.hostName(), registrationKey)));
    }

    private static long weight(String hostName, String registrationKey) {
        long hash = ((long) hostName.hashCode() << 32) ^ registrationKey.hashCode();
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
