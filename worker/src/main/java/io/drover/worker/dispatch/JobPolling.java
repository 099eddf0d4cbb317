package io.drover.worker.dispatch;

import io.drover.worker.azure.central.CentralJobs;
import io.drover.worker.azure.central.CentralJobs.JobDevice;
import io.drover.worker.azure.central.CentralJobs.JobView;
import io.drover.worker.azure.central.CentralJobs.Status;
import io.drover.worker.dispatch.JobSession.Sessions;
import io.drover.worker.migration.Job;
import io.drover.worker.migration.JobState;
import io.drover.worker.migration.Migration;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows jobs at the source to their end. Looks as often as the application's REST quota bears: its devices are read
 * when their number judged has changed, with a quarter of the quota at most. Confined to one event loop of the leader.
 */
final class JobPolling {
    private static final Logger LOG = LoggerFactory.getLogger(JobPolling.class);
    private static final Set<JobState> POLLED = EnumSet.of(JobState.RUNNING, JobState.HELD, JobState.ENDING);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration LIST_INTERVAL = Duration.ofMinutes(1);
    private static final double QUOTA_SHARE = 0.25;
    /** Commands under way when a job came to rest have answered or timed out then. */
    private static final Duration SETTLE = Duration.ofSeconds(45);
    /** A job just put, stopped or resumed may not show it at once. */
    private static final Duration LAG = Duration.ofSeconds(30);

    private final JobWork work;
    private final Sessions sessions;
    private final JobAnswers answers;
    private final CentralJobs central;
    private final long migrationId;

    JobPolling(JobWork work, Sessions sessions, long migrationId) {
        this.work = work;
        this.sessions = sessions;
        this.answers = new JobAnswers(work);
        this.central = work.source().central().jobs();
        this.migrationId = migrationId;
    }

    /** Looks at each job that is due. */
    Future<Void> sweep() {
        return work.jobs().open(migrationId).compose(open -> {
            Instant now = work.clock().instant();
            Future<Void> all = Future.succeededFuture();
            for (Job job : open) {
                JobSession session = sessions.of(job.id());
                if (POLLED.contains(job.state()) && !session.nextPoll.isAfter(now)) {
                    session.nextPoll = now.plus(work.compressed(INTERVAL));
                    all = all.compose(done -> work.migrations().get(migrationId))
                            .compose(migration -> poll(migration, job, session));
                }
            }
            return all;
        });
    }

    private Future<Void> poll(Migration migration, Job job, JobSession session) {
        return central.find(job.id())
                .compose(found ->
                        found.isPresent() ? seen(migration, job, session, found.get()) : vanished(migration, job))
                .compose(done -> work.jobs().polled(job));
    }

    private boolean isOld(Job job) {
        return job.stateAt().plus(LAG).isBefore(work.clock().instant());
    }

    /** Nothing can be learned of its devices any more: they are looked up at the target. */
    private Future<Void> vanished(Migration migration, Job job) {
        if (!isOld(job)) {
            return Future.succeededFuture();
        }
        String detail = "job " + job.id() + " is not in the application any more";
        LOG.warn("IoT Central {}; what became of its commands is unknown.", detail);
        return work.devices()
                .ownerLost(migrationId, job.owner(), detail)
                .compose(noted ->
                        work.jobs().move(job, JobState.DONE, detail, JobWork.act(migration, "job-lost", detail)))
                .onSuccess(done -> sessions.end(job.id()))
                .mapEmpty();
    }

    private Future<Void> seen(Migration migration, Job job, JobSession session, JobView view) {
        if (view.status() == Status.LIVE) {
            // A stop that was asked for did not take, or was undone.
            session.stopAsked = false;
        }
        if (view.status() == Status.CANCELLED && job.state() != JobState.ENDING) {
            return cancelled(migration, job);
        }
        Future<Void> noted = view.status() == Status.STOPPED && job.state() == JobState.RUNNING && isOld(job)
                ? work.pause(migration, "job " + job.id() + " was stopped in IoT Central; resume lets it go on")
                        .mapEmpty()
                : Future.succeededFuture();
        return noted.compose(done -> isToBeListed(job, session, view) ? list(migration, job, session, view) : done())
                .compose(done -> view.status().isAtRest() ? rest(migration, job, session, view) : done());
    }

    private static Future<Void> done() {
        return Future.succeededFuture();
    }

    private boolean isToBeListed(Job job, JobSession session, JobView view) {
        boolean over = view.status().isAtRest() && job.state() != JobState.HELD;
        return over
                || view.judged() != session.lastJudged
                || !session.nextList.isAfter(work.clock().instant());
    }

    /** Its threshold was reached, or a person cancelled it: either way a person looks before anything goes on. */
    private Future<Void> cancelled(Migration migration, Job job) {
        String reason = "IoT Central cancelled job " + job.id() + ": its cancellation threshold was reached, or"
                + " someone cancelled it";
        return work.pause(migration, reason)
                .compose(paused ->
                        work.jobs().move(job, JobState.ENDING, reason, JobWork.act(migration, "job-end", reason)))
                .mapEmpty();
    }

    private Future<Void> list(Migration migration, Job job, JobSession session, JobView view) {
        Set<String> foreign = new java.util.LinkedHashSet<>();
        AtomicInteger pages = new AtomicInteger();
        return central.eachDevicePage(job.id(), page -> {
                    pages.incrementAndGet();
                    return answers.judge(job, session, page)
                            .compose(done -> job.listedAt() == null
                                    ? answers.foreign(
                                                    job,
                                                    page.stream()
                                                            .map(JobDevice::id)
                                                            .toList())
                                            .onSuccess(foreign::addAll)
                                            .mapEmpty()
                                    : Future.succeededFuture());
                })
                .compose(read -> {
                    Instant now = work.clock().instant();
                    Duration pause =
                            Duration.ofMillis(Math.round(1000.0 * pages.get() / (QUOTA_SHARE * work.restPerSecond())));
                    Duration usual = work.compressed(INTERVAL);
                    session.listed = true;
                    session.lastJudged = view.judged();
                    session.nextList = now.plus(work.compressed(LIST_INTERVAL));
                    session.nextPoll = now.plus(pause.compareTo(usual) > 0 ? pause : usual);
                    return foreign.isEmpty() ? listed(job) : intruders(migration, job, foreign);
                });
    }

    private Future<Void> listed(Job job) {
        return job.listedAt() == null ? work.jobs().listed(job).mapEmpty() : done();
    }

    /** Devices joined the group in the moment before the job began: it is stopped, and they are followed as its own. */
    private Future<Void> intruders(Migration migration, Job job, Set<String> foreign) {
        String detail = "job " + job.id() + " has " + foreign.size()
                + " devices that were not claimed for it, as they joined its group while it was put: "
                + String.join(", ", foreign.stream().limit(5).toList());
        LOG.error("IoT Central {}. The migration is paused and the job stopped.", detail);
        return answers.adopt(job, foreign)
                .compose(adopted -> work.pause(migration, detail))
                .compose(paused -> work.jobs().listed(job))
                .compose(noted ->
                        work.jobs().move(job, JobState.ENDING, detail, JobWork.act(migration, "job-end", detail)))
                .mapEmpty();
    }

    private Future<Void> rest(Migration migration, Job job, JobSession session, JobView view) {
        return work.devices().reads().unanswered(migrationId, job.owner()).compose(left -> {
            if (left == 0) {
                return end(migration, job, session, view);
            }
            if (view.status() == Status.STOPPED && job.state() != JobState.ENDING) {
                return done();
            }
            if (job.restedAt() == null) {
                return work.jobs().rested(job).mapEmpty();
            }
            if (job.restedAt().plus(SETTLE).isAfter(work.clock().instant())) {
                return done();
            }
            return work.devices()
                    .withdraw(migrationId, job.owner(), true, "job " + job.id() + " ended without commanding it")
                    .compose(given -> work.devices().reads().unanswered(migrationId, job.owner()))
                    .compose(still -> still == 0 ? end(migration, job, session, view) : done());
        });
    }

    private Future<Void> end(Migration migration, Job job, JobSession session, JobView view) {
        boolean rerun = work.byJob()
                && job.state() == JobState.RUNNING
                && (view.status() == Status.COMPLETE || view.status() == Status.FAILED)
                && !session.failed.isEmpty();
        String detail = "job " + job.id() + " of wave " + job.wave() + " is over: "
                + (session.judged.size() - session.failed.size()) + " devices accepted, " + session.failed.size()
                + " failed";
        return work.jobs()
                .move(
                        job,
                        rerun ? JobState.SETTLING : JobState.DONE,
                        job.stateReason(),
                        JobWork.act(migration, "job-over", detail))
                .onSuccess(moved -> LOG.info("IoT Central {}.", detail))
                .mapEmpty();
    }
}
