package io.drover.simulator.fleet.device;

import java.util.Locale;

/** Where a virtual device is, as {@code /fleet/status} counts it. */
public enum DevicePhase {
    /** Not started; moves to provisioning when the ramp reaches the device. */
    WAITING,
    /** Registering at, or connecting to, its first home. */
    PROVISIONING,
    /** Connected where it began. */
    SOURCE,
    /** Accepted a DeviceMove and left; registering at, or connecting to, the target. */
    MOVING,
    /** Connected at the target. */
    TARGET,
    /** Away by its behaviour, or waiting to try again after a failure. */
    OFFLINE,
    /** Ended: by its behaviour, or with the fleet. */
    STOPPED;

    /** The name in status and metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
