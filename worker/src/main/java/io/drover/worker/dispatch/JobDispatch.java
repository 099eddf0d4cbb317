package io.drover.worker.dispatch;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.central.CentralJobs;
import io.drover.worker.azure.central.CentralJobs.DeviceStatus;
import io.drover.worker.azure.central.CentralJobs.Status;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore.ListedClaim;
import io.drover.worker.dispatch.JobMembers.Members;
import io.drover.worker.dispatch.JobSession.Sessions;
import io.drover.worker.migration.Job;
import io.drover.worker.migration.JobState;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WavePolicy;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives waves their IoT Central jobs, starts, stops and resumes them. Every step is taken from the ledger's state and
 * guarded by it, so that one begun before a crash is taken up: the devices and the job are committed before the job is
 * put, and whether it is there the source says. Confined to one event loop of the leader.
 */
final class JobDispatch {
    private static final Logger LOG = LoggerFactory.getLogger(JobDispatch.class);
    /** Of one application (reference section 0). */
    private static final int CONCURRENT_JOBS = 5;
    /** IoT Central keeps a job's history so long; a job that runs longer cannot be judged. */
    private static final Duration HISTORY = Duration.ofDays(30);
    /** A job that was put and is not there after this time was not created. */
    private static final Duration LOST = Duration.ofMinutes(1);

    private final JobWork work;
    private final Sessions sessions;
    private final JobMembers members;
    private final CentralJobs central;
    private final long migrationId;

    JobDispatch(JobWork work, Sessions sessions, long migrationId) {
        this.work = work;
        this.sessions = sessions;
        this.members = new JobMembers(work);
        this.central = work.source().central().jobs();
        this.migrationId = migrationId;
    }

    /** One step for each job and for each wave that has none yet. */
    Future<Void> sweep() {
        return work.migrations()
                .get(migrationId)
                .compose(migration -> work.migrations()
                        .waves(migrationId)
                        .compose(waves -> work.jobs().open(migrationId).compose(open -> {
                            Future<Void> all = Future.succeededFuture();
                            for (Job job : open) {
                                JobIntent intent = intent(migration, waves.get(job.wave() - 1));
                                all = all.compose(
                                        done -> advance(migration, job, intent).mapEmpty());
                            }
                            return all.compose(done -> decide(migration, waves));
                        })));
    }

    private JobIntent intent(Migration migration, Wave wave) {
        return JobIntent.of(migration, wave, work.policy(), work.clock().instant());
    }

    private Future<?> advance(Migration migration, Job job, JobIntent intent) {
        return switch (job.state()) {
            case CLAIMING -> claim(migration, job, intent);
            case STARTING -> start(migration, job, intent);
            case RUNNING -> intent == JobIntent.RUN ? Future.succeededFuture() : stop(migration, job, intent);
            case HELD ->
                switch (intent) {
                    case RUN -> resume(migration, job);
                    case HOLD -> stop(job);
                    case END -> stop(migration, job, intent);
                };
            case ENDING -> stop(job);
            case SETTLING -> settle(migration, job, intent);
            case DONE -> Future.succeededFuture();
        };
    }

    private Future<Void> decide(Migration migration, List<Wave> waves) {
        if (!work.byJob() || migration.discoveredAt() == null) {
            return Future.succeededFuture();
        }
        return work.jobs()
                .undecided(migrationId)
                .compose(numbers -> work.devices().counts(migrationId).compose(counts -> {
                    Future<Void> all = Future.succeededFuture();
                    for (Wave wave : waves) {
                        if (numbers.contains(wave.number())) {
                            all = all.compose(done -> decide(migration, wave, counts.ofWave(wave.number()))
                                    .mapEmpty());
                        }
                    }
                    return all;
                }));
    }

    private Future<?> decide(Migration migration, Wave wave, DeviceCounts counts) {
        boolean ready = counts.total() > 0 && counts.in(DeviceState.PENDING) == 0;
        if (!ready || intent(migration, wave) != JobIntent.RUN) {
            return Future.succeededFuture();
        }
        Optional<String> group = group(wave);
        if (group.isEmpty()) {
            return singly(migration, wave, "it is not exactly one device group");
        }
        if (counts.in(DeviceState.REGISTERED) == 0) {
            return singly(migration, wave, "none of its devices awaits a command");
        }
        return room(migration)
                .compose(free -> free
                        ? work.jobs().create(migrationId, wave.number(), group.get())
                        : Future.succeededFuture(false));
    }

    private Future<Boolean> room(Migration migration) {
        return work.jobs().atWork(migration.sourceApplication()).map(jobs -> jobs < CONCURRENT_JOBS);
    }

    /** The group that the wave is; empty when its devices are chosen in another way. */
    private Optional<String> group(Wave wave) {
        List<WavePolicy> waves = work.policy().waves();
        WavePolicy.Selection selection = waves.get(wave.number() - 1).selection();
        if (selection instanceof WavePolicy.InGroup named) {
            return Optional.ofNullable(work.source().waveGroup(named.group()));
        }
        return waves.size() == 1 && selection instanceof WavePolicy.Rest
                ? work.source().group()
                : Optional.empty();
    }

    private Future<Boolean> singly(Migration migration, Wave wave, String reason) {
        String detail = "wave " + wave.number() + " '" + wave.name() + "' is commanded singly: " + reason;
        return work.jobs()
                .singly(migrationId, wave.number(), JobWork.act(migration, "no-job", detail))
                .onSuccess(decided -> {
                    if (decided) {
                        LOG.warn("No IoT Central job: {}.", detail);
                    }
                });
    }

    private Future<?> claim(Migration migration, Job job, JobIntent intent) {
        if (intent != JobIntent.RUN) {
            return intent == JobIntent.HOLD
                    ? Future.succeededFuture()
                    : abandon(migration, job, "the wave ended before it was started");
        }
        return members.read(job, migration.lookedAt())
                .compose(found -> claim(migration, job, found.unclaimed())
                        // Rows that another transaction held are claimed by the next sweep.
                        .compose(claimed -> claimed == found.unclaimed().size()
                                ? work.jobs().ready(job, found.devices(), found.template())
                                : Future.succeededFuture(false)))
                .recover(cause -> mismatch(migration, job, cause));
    }

    private Future<Integer> claim(Migration migration, Job job, List<String> ids) {
        Instant now = work.clock().instant();
        return work.devices()
                .claim(new ListedClaim(migrationId, job.wave(), ids, now, migration.lookedAt(), HISTORY, job.owner()))
                .map(List::size);
    }

    private Future<Boolean> mismatch(Migration migration, Job job, Throwable cause) {
        return cause instanceof JobMismatch ? abandon(migration, job, cause.getMessage()) : Future.failedFuture(cause);
    }

    /** Gives the devices back, to be commanded singly. */
    private Future<Boolean> abandon(Migration migration, Job job, String reason) {
        boolean mayBeThere = job.state() == JobState.STARTING;
        String detail = "job " + job.id() + " of wave " + job.wave()
                + " was not started, its devices are commanded singly: " + reason;
        return work.devices()
                .withdraw(migrationId, job.owner(), mayBeThere, "the job was not started")
                .compose(given -> work.devices().reads().unanswered(migrationId, job.owner()))
                .compose(left -> left > 0
                        ? Future.succeededFuture(false)
                        : work.jobs().move(job, JobState.DONE, reason, JobWork.act(migration, "no-job", detail)))
                .onSuccess(done -> {
                    if (done) {
                        sessions.end(job.id());
                        LOG.warn("No IoT Central job: {}.", detail);
                    }
                });
    }

    private Future<?> start(Migration migration, Job job, JobIntent intent) {
        return central.find(job.id()).compose(found -> {
            if (found.isPresent()) {
                return running(migration, job);
            }
            boolean lost = job.stateAt().plus(LOST).isBefore(work.clock().instant());
            return switch (intent) {
                case RUN -> put(migration, job);
                case HOLD -> Future.succeededFuture(false);
                case END ->
                    lost
                            ? abandon(migration, job, "the wave ended before it was started")
                            : Future.succeededFuture(false);
            };
        });
    }

    /** Looks once more, immediately before, that the job commands exactly the devices claimed for it. */
    private Future<Boolean> put(Migration migration, Job job) {
        return members.read(job, migration.lookedAt())
                .map(found -> exactly(job, found))
                .compose(exact -> job.reruns() == null
                        ? work.definition(job).compose(definition -> central.start(job.id(), definition))
                        : central.rerun(job.reruns(), job.id()))
                .compose(created -> running(migration, job))
                .recover(cause -> cause instanceof AzureException refused && isRefusal(refused)
                        ? central.find(job.id())
                                .compose(found -> found.isPresent()
                                        ? running(migration, job)
                                        : abandon(migration, job, refused.getMessage()))
                        : mismatch(migration, job, cause));
    }

    private static Members exactly(Job job, Members found) {
        if (!found.unclaimed().isEmpty() || found.devices() != job.devices()) {
            throw new JobMismatch("the device group changed");
        }
        return found;
    }

    private static boolean isRefusal(AzureException cause) {
        return cause.status() >= 400 && cause.status() < 500 && cause.status() != 409 && cause.status() != 429;
    }

    private Future<Boolean> running(Migration migration, Job job) {
        String detail = "job " + job.id() + " commands " + job.devices() + " devices of wave " + job.wave()
                + (job.reruns() == null ? "" : ", the failed ones of " + job.reruns());
        return work.jobs()
                .move(job, JobState.RUNNING, null, JobWork.act(migration, "job-start", detail))
                .onSuccess(moved -> LOG.info("IoT Central {}.", detail));
    }

    /** What is to be stopped is written down first, so that a stop seen later is known as ours. */
    private Future<Boolean> stop(Migration migration, Job job, JobIntent intent) {
        JobState to = intent == JobIntent.HOLD ? JobState.HELD : JobState.ENDING;
        String detail = "job " + job.id() + " of wave " + job.wave()
                + (intent == JobIntent.HOLD ? " is stopped until commands may be sent again" : " is stopped for good");
        return work.jobs()
                .move(job, to, null, JobWork.act(migration, "job-stop", detail))
                .compose(moved -> moved ? stop(job) : Future.succeededFuture(false));
    }

    private Future<Boolean> stop(Job job) {
        JobSession session = sessions.of(job.id());
        return session.stopAsked
                ? Future.succeededFuture(true)
                : central.stop(job.id()).onSuccess(asked -> session.stopAsked = true);
    }

    private Future<Boolean> resume(Migration migration, Job job) {
        return central.resume(job.id())
                .compose(resumed -> resumed ? Future.succeededFuture(true) : isNotStopped(job))
                .compose(goes -> goes
                        ? work.jobs()
                                .move(
                                        job,
                                        JobState.RUNNING,
                                        null,
                                        JobWork.act(migration, "job-resume", "job " + job.id()))
                        : Future.succeededFuture(false))
                .onSuccess(moved -> sessions.of(job.id()).stopAsked = false);
    }

    private Future<Boolean> isNotStopped(Job job) {
        return central.find(job.id())
                .map(found ->
                        found.filter(view -> view.status() == Status.STOPPED).isEmpty());
    }

    private Future<?> settle(Migration migration, Job job, JobIntent intent) {
        if (intent == JobIntent.HOLD) {
            return Future.succeededFuture();
        }
        if (!work.byJob() || intent == JobIntent.END) {
            return done(job);
        }
        return failed(job)
                .compose(session -> work.devices()
                        .reads()
                        .rows(migrationId, session.failed)
                        .compose(rows -> switch (JobFit.rerun(
                                session.failed, rows, job, work.clock().instant(), migration.lookedAt())) {
                            case WAIT -> Future.succeededFuture(false);
                            case SINGLY -> done(job);
                            case RERUN ->
                                room(migration)
                                        .compose(free -> free ? work.jobs().rerun(job) : Future.succeededFuture(false));
                        }));
    }

    private Future<Boolean> done(Job job) {
        sessions.end(job.id());
        return work.jobs().move(job, JobState.DONE, null, null);
    }

    private Future<JobSession> failed(Job job) {
        JobSession session = sessions.of(job.id());
        return session.listed
                ? Future.succeededFuture(session)
                : central.eachDevicePage(job.id(), page -> {
                            page.stream()
                                    .filter(device -> device.status() == DeviceStatus.FAILED)
                                    .forEach(device -> session.failed.add(device.id()));
                            return Future.succeededFuture();
                        })
                        .map(done -> {
                            session.listed = true;
                            return session;
                        });
    }
}
