package io.drover.worker.cleanup;

/** Whether a moved device may be deleted at the source, and why not. */
public enum CleanupVerdict {
    /** Proven at the target again and quiet at the source; it is deleted. */
    PROVEN("proven at the target, quiet at the source", "Nothing."),
    /** The source does not have it any more. */
    GONE("not at the source any more", "Nothing."),
    TOO_RECENT("arrived too recently", "Wait, or give a shorter --after."),
    RETURNED("was returned, or is on its way in another migration", "Nothing: it belongs to the source."),
    NOT_SEEN("not seen at the target since the waiting time passed", "Find out where the device is."),
    ALIVE_AT_SOURCE(
            "active at the source since its arrival: alive on both sides",
            "Find the second device that uses this id, or stop it at the source."),
    UNTOLD("the source does not tell when it was last active", "Look at the device, then delete it by hand.");

    private final String text;
    private final String nextAction;

    CleanupVerdict(String text, String nextAction) {
        this.text = text;
        this.nextAction = nextAction;
    }

    /** What was found, for a person. */
    public String text() {
        return text;
    }

    /** What an operator can do about it. */
    public String nextAction() {
        return nextAction;
    }
}
