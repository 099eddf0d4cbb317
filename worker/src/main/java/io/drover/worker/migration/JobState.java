package io.drover.worker.migration;

/** Where an IoT Central job of the ledger stands. A wave's devices are commanded singly only when its jobs are done. */
public enum JobState {
    /** Its devices are being claimed; nothing was sent. */
    CLAIMING,
    /** Its devices are claimed; it may or may not exist at the source. */
    STARTING,
    /** It exists at the source and is polled. */
    RUNNING,
    /** Stopped because the migration is paused or its window is closed; resumed later. */
    HELD,
    /** Stopped for good, or cancelled by the source; what it has not carried out is given back. */
    ENDING,
    /** Over, all its devices judged; those that failed wait for a rerun or to be commanded singly. */
    SETTLING,
    /** Over. */
    DONE
}
