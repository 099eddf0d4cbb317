package io.drover.worker.tracking;

import io.drover.worker.Sweep;
import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.hub.TelemetryReader;
import io.drover.worker.azure.hub.TelemetrySource;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.MigrationStore;
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

    private final MigrationScope scope;
    private final List<HubClient> hubs;
    private final Map<String, TelemetrySource> telemetry;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private final long migrationId;
    private final Instant since;
    private final Duration interval;
    private final Clock clock;
    private final List<TelemetryReader> readers = new ArrayList<>();
    private final List<Sweep> sweeps = new ArrayList<>();

    /**
     * Evidence older than {@code since} is not of this migration.
     *
     * @param telemetry by hub host name; empty when the verification policy asks for less
     */
    public TrackingVerticle(
            MigrationScope scope,
            List<HubClient> hubs,
            Map<String, TelemetrySource> telemetry,
            MigrationStore migrations,
            DeviceStore store,
            long migrationId,
            Instant since,
            Duration interval,
            Clock clock) {
        this.scope = scope;
        this.hubs = List.copyOf(hubs);
        this.telemetry = Map.copyOf(telemetry);
        this.migrations = migrations;
        this.store = store;
        this.migrationId = migrationId;
        this.since = since;
        this.interval = interval;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        TargetLook look = new TargetLook(scope, hubs, store, migrationId, since, clock);
        Tracker tracker = new Tracker(migrations, store, look, new Arrivals(store, migrationId), migrationId, clock);
        sweeps.add(new Sweep(vertx, "telemetry", DRAIN_INTERVAL, tracker::drain));
        sweeps.add(new Sweep(vertx, "tracking", interval, tracker::sweep));
        telemetry.forEach((hub, source) ->
                readers.add(new TelemetryReader(vertx, source, since, batch -> tracker.observed(hub, batch))));
        return Future.all(readers.stream().map(TelemetryReader::start).toList())
                .onSuccess(started -> sweeps.forEach(Sweep::wake));
    }

    @Override
    public Future<?> stop() {
        sweeps.forEach(Sweep::stop);
        return Future.all(readers.stream().map(TelemetryReader::close).toList());
    }
}
