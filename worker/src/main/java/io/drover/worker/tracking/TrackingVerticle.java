package io.drover.worker.tracking;

import io.drover.worker.Sweep;
import io.drover.worker.azure.hub.TelemetryFeed;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TelemetryPositionStore;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Wires tracking: telemetry of every target hub, and sweeps of the target while devices await. */
public final class TrackingVerticle extends VerticleBase {
    private static final Duration DRAIN_INTERVAL = Duration.ofMillis(250);
    /** What a restart reads again at most. */
    private static final Duration KEEP_INTERVAL = Duration.ofSeconds(2);

    private final MigrationScope scope;
    private final Map<String, TelemetryFeed.Endpoint> telemetry;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private final TelemetryPositionStore telemetryPositions;
    private final long migrationId;
    private final Instant since;
    private final Duration interval;
    private final Clock clock;
    private final List<TelemetryFeed> readers = new ArrayList<>();
    private final List<Sweep> sweeps = new ArrayList<>();

    /**
     * Evidence older than {@code since} is not of this migration.
     *
     * @param telemetry by hub host name; empty when the verification policy asks for less
     */
    public TrackingVerticle(
            MigrationScope scope,
            Map<String, ? extends TelemetryFeed.Endpoint> telemetry,
            MigrationStore migrations,
            DeviceStore store,
            TelemetryPositionStore telemetryPositions,
            long migrationId,
            Instant since,
            Duration interval,
            Clock clock) {
        this.scope = scope;
        this.telemetry = Map.copyOf(telemetry);
        this.migrations = migrations;
        this.store = store;
        this.telemetryPositions = telemetryPositions;
        this.migrationId = migrationId;
        this.since = since;
        this.interval = interval;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        Settled settled = new Settled();
        TargetLook look = new TargetLook(scope.target(), store, settled, migrationId, since, clock);
        ReadPositions positions = new ReadPositions(telemetryPositions, migrationId);
        Tracker tracker = new Tracker(
                migrations, store, look, new Arrivals(store, settled, migrationId), positions, migrationId, clock);
        sweeps.add(new Sweep(vertx, "telemetry", DRAIN_INTERVAL, tracker::drain));
        sweeps.add(new Sweep(vertx, "telemetry positions", KEEP_INTERVAL, tracker::keepPositions));
        sweeps.add(new Sweep(vertx, "tracking", interval, tracker::sweep));
        return Future.all(telemetry.entrySet().stream()
                        .map(hub -> positions.of(hub.getKey()).compose(resume -> {
                            TelemetryFeed reader = hub.getValue()
                                    .open(vertx, since, resume, batch -> tracker.observed(hub.getKey(), batch));
                            readers.add(reader);
                            return reader.start();
                        }))
                        .toList())
                .onSuccess(started -> sweeps.forEach(Sweep::wake));
    }

    @Override
    public Future<?> stop() {
        sweeps.forEach(Sweep::stop);
        return Future.all(readers.stream().map(TelemetryFeed::close).toList());
    }
}
