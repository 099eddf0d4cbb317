package io.drover.worker.bench;

import io.drover.worker.azure.hub.TelemetryFeed;
import io.drover.worker.azure.hub.TelemetryObservation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A hub's telemetry in memory, handed over as the reader of the real endpoint does: 500 messages at once, or what came in 100 ms. */
final class MemoryTelemetry implements TelemetryFeed.Endpoint {
    private static final int BATCH = 500;
    private static final long BATCH_WAIT_MILLIS = 100;

    private List<TelemetryObservation> waiting = new ArrayList<>(BATCH);
    private long sequence;
    private Consumer<List<TelemetryObservation>> observed = lost -> {};
    private Context context;

    @Override
    public TelemetryFeed open(
            Vertx vertx, Instant from, Map<String, Long> resume, Consumer<List<TelemetryObservation>> to) {
        return new TelemetryFeed() {
            private long timer;

            @Override
            public Future<Void> start() {
                synchronized (MemoryTelemetry.this) {
                    context = vertx.getOrCreateContext();
                    observed = to;
                }
                timer = vertx.setPeriodic(BATCH_WAIT_MILLIS, fired -> flush());
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> close() {
                vertx.cancelTimer(timer);
                return Future.succeededFuture();
            }
        };
    }

    /** A device's first message at the target. */
    synchronized void sent(String deviceId, long atMillis) {
        waiting.add(new TelemetryObservation(deviceId, Instant.ofEpochMilli(atMillis), "0", ++sequence));
        if (waiting.size() >= BATCH) {
            flush();
        }
    }

    private synchronized void flush() {
        if (waiting.isEmpty() || context == null) {
            return;
        }
        List<TelemetryObservation> batch = waiting;
        Consumer<List<TelemetryObservation>> to = observed;
        waiting = new ArrayList<>(BATCH);
        context.runOnContext(ignored -> to.accept(batch));
    }
}
