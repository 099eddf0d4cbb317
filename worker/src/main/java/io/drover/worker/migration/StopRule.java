package io.drover.worker.migration;

/**
 * When failures stop a migration by themselves.
 *
 * @param failedPercent more than this share of finished devices failed; 100 for never
 * @param minimum finished devices before the rule is looked at
 * @param action what happens then
 */
public record StopRule(double failedPercent, long minimum, Action action) {
    /** What a stop does. */
    public enum Action {
        PAUSE,
        ABORT
    }

    /** Failures never stop the migration. */
    public static final StopRule NEVER = new StopRule(100, 1, Action.PAUSE);

    /** True when so many failures among so many finished devices ask for a stop. */
    public boolean stops(long migrated, long failed) {
        long finished = migrated + failed;
        return finished >= minimum && finished > 0 && failed * 100.0 / finished > failedPercent;
    }
}
