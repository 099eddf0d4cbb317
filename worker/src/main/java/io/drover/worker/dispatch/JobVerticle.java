package io.drover.worker.dispatch;

import io.drover.worker.Sweep;
import io.drover.worker.dispatch.JobSession.Sessions;
import io.drover.worker.registration.RegistrationBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires IoT Central jobs, on the leader only: one sweep steers them, another follows what they do. */
public final class JobVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final JobWork work;
    private final long migrationId;
    private Sweep steering;
    private Sweep polling;

    public JobVerticle(JobWork work, long migrationId) {
        this.work = work;
        this.migrationId = migrationId;
    }

    @Override
    public Future<?> start() {
        Sessions sessions = new Sessions();
        JobDispatch dispatch = new JobDispatch(work, sessions, migrationId);
        JobPolling polls = new JobPolling(work, sessions, migrationId);
        steering = new Sweep(vertx, "jobs", INTERVAL, dispatch::sweep);
        polling = new Sweep(vertx, "job polls", INTERVAL, polls::sweep);
        return RegistrationBus.REGISTERED
                .subscribe(vertx, registered -> {
                    steering.wake();
                    return Future.succeededFuture();
                })
                .completion()
                .onSuccess(subscribed -> {
                    steering.wake();
                    polling.wake();
                });
    }

    @Override
    public Future<?> stop() {
        steering.stop();
        polling.stop();
        return Future.succeededFuture();
    }
}
