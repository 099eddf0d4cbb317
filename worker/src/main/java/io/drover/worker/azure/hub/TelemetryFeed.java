package io.drover.worker.azure.hub;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What devices send to one hub, handed over in batches on the Vert.x context that called {@link #start}. */
public interface TelemetryFeed {
    /** Completes when reading has begun; fails when it cannot begin, and is then closed. Call once. */
    Future<Void> start();

    /** No batch is handed over afterwards. Closing twice is harmless. */
    Future<Void> close();

    /** Where a feed is read from. */
    interface Endpoint {
        /**
         * A feed that is not started yet.
         *
         * @param from events enqueued then or later are reported
         * @param resume sequence numbers by partition behind which to begin
         */
        TelemetryFeed open(
                Vertx vertx, Instant from, Map<String, Long> resume, Consumer<List<TelemetryObservation>> observed);
    }
}
