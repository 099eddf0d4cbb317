package io.drover.worker.migration;

/** Where a wave stands. Waves open one after the other and in the order of their numbers. */
public enum WaveState {
    /** Its devices are not commanded yet. */
    PLANNED,
    /** Its devices are commanded. */
    OPEN,
    /** All its devices are settled, and it waits for a person's promote: by its rule, or as too many failed. */
    HELD,
    /** Settled; devices that are offline are commanded when they come back. */
    COMPLETE
}
