package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;

/**
 * A hub that a service can assign devices to.
 *
 * @param weight its share of hashed allocations, at least 1
 * @param applyAllocationPolicy false leaves it to enrollments that name it
 */
public record LinkedHub(Hub hub, int weight, boolean applyAllocationPolicy) {
    public LinkedHub {
        if (weight < 1) {
            throw new IllegalArgumentException("allocationWeight must be at least 1, not " + weight);
        }
    }

    /** Linked as the portal does it. */
    public static LinkedHub of(Hub hub) {
        return new LinkedHub(hub, 1, true);
    }

    String hostName() {
        return hub.hostName();
    }
}
