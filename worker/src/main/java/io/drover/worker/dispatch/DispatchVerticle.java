package io.drover.worker.dispatch;

import io.drover.worker.Sweep;
import io.drover.worker.cluster.PaceStore;
import io.drover.worker.connectivity.ConnectivityBus;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.JobStore;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.Supervisor;
import io.drover.worker.registration.RegistrationBus;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires dispatch: registration and devices that come back wake it, finished commands make room, a timer finds retries that became due. */
public final class DispatchVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(DispatchVerticle.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration DRAIN = Duration.ofSeconds(6);

    /** What dispatch works on; {@code byJob} tells whether waves may get IoT Central jobs. */
    public record Work(
            MigrationScope scope,
            MigrationStore migrations,
            DeviceStore devices,
            JobStore jobs,
            boolean byJob,
            MigrationControl control,
            PaceStore paces,
            RolloutPolicy policy,
            Migration migration) {}

    private final Work work;
    private final DispatchPace pace;
    private final Dispatcher.Sender sender;
    private final Clock clock;
    private Sweep sweep;
    private Dispatcher dispatcher;
    private boolean full;

    public DispatchVerticle(Work work, DispatchPace pace, Dispatcher.Sender sender, Clock clock) {
        this.work = work;
        this.pace = pace;
        this.sender = sender;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        long id = work.migration().id();
        DispatchGate gate =
                new DispatchGate(work.migrations(), work.devices(), work.jobs(), work.byJob(), work.policy(), clock);
        CommandPacer pacer = new CommandPacer(vertx, work.paces(), pace, clock);
        dispatcher = new Dispatcher(work.scope(), work.devices(), gate, pacer, sender, this::forbidden, clock);
        sweep = new Sweep(
                vertx,
                "dispatch",
                INTERVAL,
                () -> dispatcher.sweep(id, this::freed).onSuccess(more -> {
                    full = dispatcher.room() <= 0;
                    if (more) {
                        sweep.wake();
                    }
                }));
        return Future.all(
                        RegistrationBus.REGISTERED.subscribe(vertx, this::wake).completion(),
                        ConnectivityBus.AWAKENED.subscribe(vertx, this::wake).completion())
                .onSuccess(subscribed -> sweep.wake());
    }

    private Future<?> wake(Object event) {
        sweep.wake();
        return Future.succeededFuture();
    }

    /** A sweep that stopped for want of room goes on when a quarter is free again, not with every answer. */
    private void freed() {
        if (full && dispatcher.room() * 4 >= sender.maxInFlight()) {
            full = false;
            sweep.wake();
        }
    }

    private void forbidden(String said) {
        work.control()
                .pause(work.migration(), new MigrationControl.By(Supervisor.ACTOR, said))
                .onFailure(cause -> LOG.warn("The migration could not be paused: {}", cause.getMessage()));
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        // What was sent is waited for a while; what has not answered then is looked up at the target.
        return dispatcher
                .quiet()
                .timeout(DRAIN.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }
}
