package io.drover.worker.migration;

/** Where a migration stands; every move of it is in the audit. */
public enum MigrationState {
    /** Planned; moves to SCHEDULED or RUNNING when a person approves. */
    AWAITING_APPROVAL(false),
    /** Approved; moves to RUNNING at its start time. */
    SCHEDULED(false),
    /** Commands are sent, within waves, windows and rate. */
    RUNNING(false),
    /** No command is sent; devices on their way are still followed. Moves on by resume, promote or abort. */
    PAUSED(false),
    /** Aborted: nothing new is sent and devices on their way are followed to their end. */
    ABORTING(false),
    /** Every device is final after an abort. A retry makes it RUNNING again. */
    ABORTED(true),
    /** Every device is final. A retry makes it RUNNING again. */
    FINISHED(true);

    private final boolean terminal;

    MigrationState(boolean terminal) {
        this.terminal = terminal;
    }

    /** True when nothing is left to do unless an operator asks for a retry. */
    public boolean isFinal() {
        return terminal;
    }
}
