package io.drover.worker.dispatch;

import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.quota.QuotaGate;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands due devices at the pace that the target can take arrivals, with a bound on commands in flight. A device is
 * committed as COMMANDED before its request leaves, so a crash never forgets a command. Confined to one event loop.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    /** Beyond the device's time to answer: queueing here and the service's own time. */
    private static final Duration MARGIN = Duration.ofSeconds(20);

    private final MigrationScope scope;
    private final DeviceStore store;
    private final QuotaGate pace;
    private final Duration answer;
    private final int maxInFlight;
    private final Clock clock;
    private final Set<String> inFlight = new HashSet<>();

    public Dispatcher(
            MigrationScope scope, DeviceStore store, QuotaGate pace, Duration answer, int maxInFlight, Clock clock) {
        this.scope = scope;
        this.store = store;
        this.pace = pace;
        this.answer = answer;
        this.maxInFlight = maxInFlight;
        this.clock = clock;
    }

    /** Takes up as many due devices as there is room for; {@code freed} runs whenever a command is done. */
    public Future<Void> sweep(long migrationId, Runnable freed) {
        int room = maxInFlight - inFlight.size();
        if (room <= 0) {
            return Future.succeededFuture();
        }
        return store.due(migrationId, DeviceState.REGISTERED, clock.instant(), maxInFlight)
                .compose(ready -> store.due(migrationId, DeviceState.WAITING, clock.instant(), maxInFlight)
                        .map(waiting -> {
                            take(ready, freed);
                            take(waiting, freed);
                            return null;
                        }));
    }

    private void take(List<DeviceRow> rows, Runnable freed) {
        for (DeviceRow row : rows) {
            if (inFlight.size() >= maxInFlight) {
                return;
            }
            if (inFlight.add(row.deviceId())) {
                move(row)
                        .onFailure(cause -> LOG.warn("A command could not be dispatched: {}", cause.getMessage()))
                        .onComplete(done -> {
                            inFlight.remove(row.deviceId());
                            freed.run();
                        });
            }
        }
    }

    private Future<Boolean> move(DeviceRow row) {
        return pace.acquire()
                .compose(free -> store.claimForCommand(row, clock.instant(), answer.plus(MARGIN)))
                .compose(claimed -> claimed.map(this::command).orElseGet(() -> Future.succeededFuture(false)));
    }

    private Future<Boolean> command(DeviceRow row) {
        DeviceTemplate template = scope.templates().get(row.template());
        Optional<String> component = template == null ? Optional.of("migration") : template.component();
        Future<Evidence> outcome = scope.central()
                .deviceMove(row.deviceId(), component, request(row), answer)
                .map(reply -> CommandOutcome.of(reply, row.attempt(), clock.instant()))
                .otherwise(cause -> CommandOutcome.of(cause, row.attempt(), clock.instant()));
        return outcome.compose(evidence -> store.record(row.key(), evidence));
    }

    private JsonObject request(DeviceRow row) {
        return new JsonObject()
                .put("idScope", scope.target().idScope())
                .put("dpsName", scope.target().name())
                .put("dpsId", scope.target().id())
                .put("deviceTemplateId", row.template());
    }
}
