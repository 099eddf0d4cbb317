package io.drover.simulator.cloud.central;

/** How one command to one device ended; the ground truth, not what the caller was told. */
public enum CommandOutcome {
    /** Not ended yet. */
    PENDING,
    /** The device answered; its status is in the record. */
    ANSWERED,
    /** The device was not connected within the connection timeout; it has not seen the command. */
    NOT_CONNECTED,
    /** The command went out and no answer came in time. */
    TIMED_OUT,
    /** The device has never connected, so the hub does not know it. */
    UNKNOWN_DEVICE,
    /** The hub refused or failed for another reason. */
    FAILED
}
