package io.drover.worker.device;

/** How what a device owns compared at the target; the later in this order is the better one and stays. */
public enum TwinOutcome {
    /** It was not to be read or written, or the target would not take a part of it. */
    REFUSED,
    /** The target has something else, or no place for a part of it. */
    DIFFERENT,
    /** All of it is there. */
    EQUAL
}
