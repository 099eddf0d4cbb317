package io.drover.worker.azure.hub;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;

/**
 * Hands what arrives on the client's threads to a Vert.x context: whatever has come by then is one batch, one batch at a
 * time, and no more is asked for than {@link #AHEAD}. No timer decides when a batch is full, so none can be missed:
 * Reactor's {@code bufferTimeout} with fair back-pressure was seen to keep a rest for good (3.7.14, 2 of 200 streams in 20 s).
 */
final class TelemetryHandover extends BaseSubscriber<TelemetryObservation> {
    /** Of one batch at most. */
    static final int BATCH = 500;
    /** Received and not yet taken in, at most. */
    static final int AHEAD = 4 * BATCH;

    private static final Logger LOG = LoggerFactory.getLogger(TelemetryHandover.class);

    private final Context context;
    private final String source;
    private final Consumer<List<TelemetryObservation>> observed;
    private final Queue<TelemetryObservation> received = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    TelemetryHandover(Context context, String source, Consumer<List<TelemetryObservation>> observed) {
        this.context = context;
        this.source = source;
        this.observed = observed;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(AHEAD);
    }

    @Override
    protected void hookOnNext(TelemetryObservation observation) {
        received.add(observation);
        schedule();
    }

    @Override
    protected void hookOnError(Throwable failure) {
        LOG.error("Reading of {} ended; telemetry is no longer seen", source, failure);
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            context.runOnContext(ignored -> handOver());
        }
    }

    private void handOver() {
        scheduled.set(false); // before the queue is read: what is added from now on schedules again
        List<TelemetryObservation> batch = new ArrayList<>();
        while (batch.size() < BATCH) {
            TelemetryObservation next = received.poll();
            if (next == null) {
                break;
            }
            batch.add(next);
        }
        if (batch.isEmpty() || isDisposed()) {
            return;
        }
        try {
            observed.accept(batch);
        } catch (RuntimeException e) {
            LOG.error("A batch of {} observations from {} was not taken in", batch.size(), source, e);
        }
        request(batch.size());
        if (!received.isEmpty()) {
            schedule();
        }
    }
}
