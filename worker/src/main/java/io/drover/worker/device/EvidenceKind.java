package io.drover.worker.device;

/**
 * What was seen of a device. Positive kinds have a rank and only move a device forward; negative kinds never overrule
 * positive ones, and among themselves the later in this order wins whatever the order of arrival.
 */
public enum EvidenceKind {
    COMMAND_SENT(1),
    COMMAND_ACCEPTED(2),
    ASSIGNED(3),
    CONNECTED(4),
    TELEMETRY(5),
    /** The source's own limit: the command was not carried out. */
    THROTTLED(0),
    /** The source does not let this client command the device: the command was not carried out. */
    FORBIDDEN(0),
    /** The source says the device is not connected. */
    OFFLINE(0),
    /** No answer in time, or none that can be trusted: the device may have moved. */
    UNKNOWN_OUTCOME(0),
    /** The device is connected and answers no such method. */
    NO_HANDLER(0),
    /** The device answered with a status that is not success. */
    REFUSED(0),
    /** The source has the device disabled, so nothing reaches it. */
    DISABLED(0),
    /** The source does not know the device any more. */
    DEVICE_UNKNOWN(0),
    /** The target's provisioning service turned the device's registration down. */
    TARGET_REJECTED(0),
    /** What the device owns is at the target, all of it. */
    TWIN_EQUAL(0),
    /** The target has something else of it, or no place for a part. */
    TWIN_DIFFERENT(0),
    /** A part of it could not be read at the source, or the target would not take it. */
    TWIN_REFUSED(0);

    private final int rank;

    EvidenceKind(int rank) {
        this.rank = rank;
    }

    /** Rank of positive evidence, 1 to 5; 0 for negative evidence. */
    public int rank() {
        return rank;
    }

    /** True for evidence of progress. */
    public boolean isPositive() {
        return rank > 0;
    }

    /** True for evidence that the device reached the target, which holds whichever attempt caused it. */
    public boolean isArrival() {
        return rank >= 3;
    }

    /** True for evidence seen at the target, which names no attempt. */
    public boolean isOfTarget() {
        return isArrival() || isOfTwin() || this == TARGET_REJECTED;
    }

    /** True for a comparison of what the device owns. */
    public boolean isOfTwin() {
        return this == TWIN_EQUAL || this == TWIN_DIFFERENT || this == TWIN_REFUSED;
    }

    /** True when the command certainly did not reach the device and no look at the target is owed. */
    public boolean isNotCarriedOut() {
        return this == THROTTLED || this == FORBIDDEN;
    }
}
