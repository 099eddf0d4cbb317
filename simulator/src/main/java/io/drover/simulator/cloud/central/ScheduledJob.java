package io.drover.simulator.cloud.central;

import java.time.Instant;

/**
 * A job that runs by a schedule. Immutable: a change or a run makes a new one.
 *
 * @param nextRun number of the run that comes next, from 0
 * @param revision counts changes by callers; shown as the etag
 */
record ScheduledJob(
        String id, JobDefinition definition, JobSchedule schedule, boolean enabled, int nextRun, long revision) {

    /** Whether nothing is left to run. */
    boolean completed() {
        return schedule.run(nextRun) == null;
    }

    boolean isDue(Instant now) {
        Instant due = schedule.run(nextRun);
        return enabled && due != null && !due.isAfter(now);
    }

    /** The job behind every run that is due by now: runs missed while it was off or behind are not made up for. */
    ScheduledJob after(Instant now) {
        int next = nextRun;
        for (Instant due = schedule.run(next); due != null && !due.isAfter(now); due = schedule.run(next)) {
            next++;
        }
        return new ScheduledJob(id, definition, schedule, enabled, next, revision);
    }

    String etag() {
        return "\"" + Long.toHexString(revision) + "\"";
    }
}
