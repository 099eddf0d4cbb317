package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs jobs: each from its start time on, as many at a time as the tier allows, a few devices at a time within the limit of job
 * operations on devices. The devices are those that meet the condition when the job begins. Any thread; never blocks.
 */
final class JobRunner {
    private static final int LANES = 10;
    private static final long THROTTLED_MILLIS = 100;
    private static final long LONGEST_TIMER = Duration.ofDays(30).toMillis();

    /** Which jobs of one hub run and which wait for them. Guarded by itself. */
    private static final class Slots {
        private final Queue<HubJob> waiting = new ArrayDeque<>();
        private int running;
    }

    private final Vertx vertx;
    private final Quotas quotas;
    private final TwinOperations twins;
    private final Clock clock;
    private final Map<Hub, Slots> slots = new ConcurrentHashMap<>();

    JobRunner(Vertx vertx, Quotas quotas, TwinOperations twins, Clock clock) {
        this.vertx = vertx;
        this.quotas = quotas;
        this.twins = twins;
        this.clock = clock;
    }

    /** Takes the job on: it begins at its start time. */
    void schedule(Hub hub, HubJob job) {
        long millis = Duration.between(clock.instant(), job.start()).toMillis();
        if (millis <= 0) {
            begin(hub, job);
        } else {
            vertx.setTimer(Math.min(millis, LONGEST_TIMER), due -> schedule(hub, job));
        }
    }

    private void begin(Hub hub, HubJob job) {
        Slots mine = slots.computeIfAbsent(hub, first -> new Slots());
        synchronized (mine) {
            if (mine.running >= hub.sku().concurrentJobs()) {
                if (job.move(JobStatus.QUEUED, null, clock.instant())) {
                    mine.waiting.add(job);
                }
                return;
            }
            mine.running++;
        }
        run(hub, job);
    }

    private void run(Hub hub, HubJob job) {
        if (!job.move(JobStatus.RUNNING, null, clock.instant())) {
            freeSlot(hub);
            return;
        }
        vertx.executeBlocking(
                        () -> {
                            Instant now = clock.instant();
                            hub.devices()
                                    .filter(device -> job.condition().selects(new TwinRow(device, now)))
                                    .forEach(device -> job.put(DeviceJob.pending(device.deviceId())));
                            return job.parts().keySet().iterator();
                        },
                        false)
                .onSuccess(devices -> new Run(hub, job, devices).begin())
                .onFailure(failure -> {
                    job.move(JobStatus.FAILED, "The condition could not be evaluated.", clock.instant());
                    freeSlot(hub);
                });
    }

    private void freeSlot(Hub hub) {
        Slots mine = slots.get(hub);
        HubJob next;
        synchronized (mine) {
            mine.running--;
            next = mine.waiting.poll();
        }
        if (next != null) {
            begin(hub, next);
        }
    }

    /** One job under way. Each lane does one device after the other; the last to find none ends the job. */
    private final class Run {
        private final Hub hub;
        private final HubJob job;
        private final Iterator<String> devices;
        private int lanes = LANES;

        Run(Hub hub, HubJob job, Iterator<String> devices) {
            this.hub = hub;
            this.job = job;
            this.devices = devices;
        }

        void begin() {
            for (int lane = 0; lane < LANES; lane++) {
                vertx.runOnContext(turn -> next());
            }
        }

        private void next() {
            boolean over = job.status().isFinal() || clock.instant().isAfter(job.deadline());
            String deviceId = over ? null : take();
            if (deviceId == null) {
                laneEnded();
                return;
            }
            work(deviceId);
        }

        private void work(String deviceId) {
            OptionalLong wait = quotas.tryAcquire(AzureLimit.HUB_JOB_DEVICE_OPERATIONS, hub.name());
            if (wait.isPresent()) {
                vertx.setTimer(THROTTLED_MILLIS, again -> work(deviceId));
                return;
            }
            DeviceJob running = DeviceJob.pending(deviceId).running(clock.instant());
            job.put(running);
            operate(deviceId)
                    .onSuccess(outcome -> job.put(running.completed(outcome, clock.instant())))
                    .onFailure(failure -> job.put(failed(running, failure)))
                    .onComplete(done -> vertx.runOnContext(turn -> next()));
        }

        private DeviceJob failed(DeviceJob running, Throwable failure) {
            HubError error = failure instanceof HubException refused ? refused.error() : HubError.SERVER_ERROR;
            return running.failed(error, failure.getMessage(), clock.instant());
        }

        private Future<JsonObject> operate(String deviceId) {
            if (job.callsMethod()) {
                return job.method()
                        .invoke(hub, deviceId)
                        .map(result -> new JsonObject().put("deviceMethodResponse", DirectMethod.json(result)));
            }
            return hub.device(deviceId)
                    .map(device -> Future.future((io.vertx.core.Promise<JsonObject> done) -> {
                        twins.apply(hub, device, job.twinUpdate(), false);
                        done.complete(new JsonObject());
                    }))
                    .orElseGet(() -> Future.failedFuture(Hub.notFound(deviceId)));
        }

        private synchronized String take() {
            return devices.hasNext() ? devices.next() : null;
        }

        private void laneEnded() {
            synchronized (this) {
                if (--lanes > 0) {
                    return;
                }
            }
            Instant now = clock.instant();
            boolean late = now.isAfter(job.deadline())
                    && job.parts().values().stream().anyMatch(part -> part.status() == JobStatus.SCHEDULED);
            boolean stopped = job.status() == JobStatus.CANCELLED;
            job.parts().values().stream()
                    .filter(part -> part.status() == JobStatus.SCHEDULED)
                    .forEach(part -> job.put(
                            stopped
                                    ? part.cancelled(now)
                                    : part.failed(HubError.TIMEOUT, "The job's time was over.", now)));
            job.move(late ? JobStatus.FAILED : JobStatus.COMPLETED, late ? "The job's time was over." : null, now);
            freeSlot(hub);
        }
    }
}
