package io.drover.worker.device;

/**
 * Where a device stands in its migration. Final states absorb: no evidence and no deadline moves a device out of them;
 * only an operator's retry takes FAILED and CANCELLED up again.
 */
public enum DeviceState {
    /** Discovered; moves to REGISTERED when the target has an enrollment that accepts its credential. */
    PENDING(false),
    /** Discovered, but cannot be moved; the reason is the verdict. */
    EXCLUDED(true),
    /** Ready for a command once its wave is open and its next attempt due; moves to COMMANDED when claimed. */
    REGISTERED(false),
    /** A command is about to be sent or was sent; moves on with an answer or with an arrival at the target. */
    COMMANDED(false),
    /** The device acknowledged the command. An ack is not arrival. */
    ACCEPTED(false),
    /** Offline at the source when commanded; moves to COMMANDED again when its next probe is due. */
    WAITING(false),
    /** The target provisioning service assigned the device to a hub. */
    ASSIGNED(false),
    /** The device was seen connected at the target hub. */
    CONNECTED(false),
    /** The proof that the verification policy names has been seen. */
    MIGRATED(true),
    /** A deadline passed, the target was looked at, nothing was there, and no attempt is left. */
    FAILED(true),
    /** The migration was aborted before the device moved; an operator's retry makes it REGISTERED again. */
    CANCELLED(true);

    private final boolean terminal;

    DeviceState(boolean terminal) {
        this.terminal = terminal;
    }

    /** True when nothing moves a device out of this state. */
    public boolean isFinal() {
        return terminal;
    }
}
