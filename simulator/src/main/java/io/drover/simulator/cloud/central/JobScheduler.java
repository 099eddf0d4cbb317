package io.drover.simulator.cloud.central;

import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Begins a job for each scheduled job that is due, looking at the clock four times a second while there are any. */
final class JobScheduler {
    private static final long LOOK_MILLIS = 250;

    private final Vertx vertx;
    private final JobRunner runner;
    private final Clock clock;
    private final Set<CentralApp> watched = ConcurrentHashMap.newKeySet();

    JobScheduler(Vertx vertx, JobRunner runner, Clock clock) {
        this.vertx = vertx;
        this.runner = runner;
        this.clock = clock;
    }

    /** Looks after the application's scheduled jobs until it has none that may still run. */
    synchronized void watch(CentralApp app) {
        if (watched.add(app)) {
            look(app);
        }
    }

    /** Under the lock of {@link #watch}, so that a job put while the last one ends is not overlooked. */
    private synchronized void look(CentralApp app) {
        Instant now = clock.instant();
        for (ScheduledJob job : app.scheduledJobs().values()) {
            if (job.isDue(now) && app.scheduledJobs().replace(job.id(), job, job.after(now))) {
                begin(app, job);
            }
        }
        boolean over = app.scheduledJobs().values().stream().allMatch(ScheduledJob::completed);
        if (over) {
            watched.remove(app);
        } else {
            vertx.setTimer(LOOK_MILLIS, again -> look(app));
        }
    }

    private void begin(CentralApp app, ScheduledJob scheduled) {
        Job job = Job.over(app, UUID.randomUUID().toString(), scheduled.id(), scheduled.definition());
        app.allJobs().put(job.id(), job);
        runner.schedule(app);
    }
}
