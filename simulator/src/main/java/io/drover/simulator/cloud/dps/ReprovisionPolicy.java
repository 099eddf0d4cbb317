package io.drover.simulator.cloud.dps;

/**
 * What happens when an assigned device registers again.
 *
 * @param updateHubAssignment compute the hub anew; otherwise the device keeps the one it has
 * @param migrateDeviceData carry the twin to the new hub; otherwise the initial twin is set there
 */
public record ReprovisionPolicy(boolean updateHubAssignment, boolean migrateDeviceData) {
    /** The documented default: move the device and its data. */
    public static final ReprovisionPolicy DEFAULT = new ReprovisionPolicy(true, true);
}
