package io.drover.worker.dispatch;

import io.drover.worker.Sweep;
import io.drover.worker.registration.RegistrationBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/** Wires dispatch: registration wakes it, finished commands make room, a timer finds retries that became due. */
public final class DispatchVerticle extends VerticleBase {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Dispatcher dispatcher;
    private final long migrationId;
    private Sweep sweep;

    public DispatchVerticle(Dispatcher dispatcher, long migrationId) {
        this.dispatcher = dispatcher;
        this.migrationId = migrationId;
    }

    @Override
    public Future<?> start() {
        // Room is taken up by the timer: a query per finished command would cost more than half a second's wait.
        sweep = new Sweep(vertx, "dispatch", INTERVAL, () -> dispatcher.sweep(migrationId, () -> {}));
        return RegistrationBus.REGISTERED
                .subscribe(vertx, registered -> {
                    sweep.wake();
                    return Future.succeededFuture();
                })
                .completion()
                .onSuccess(subscribed -> sweep.wake());
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return Future.succeededFuture();
    }
}
