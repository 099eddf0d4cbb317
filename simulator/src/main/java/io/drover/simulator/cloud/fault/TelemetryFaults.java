package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The injection point between a hub that has taken a message and its built-in endpoint. Thread-safe. */
public final class TelemetryFaults {
    private final Vertx vertx;
    private final Faults faults;
    /** The message of a device that waits for its next one. */
    private final Map<String, Consumer<Instant>> held = new ConcurrentHashMap<>();

    public TelemetryFaults(Vertx vertx, Faults faults) {
        this.vertx = vertx;
        this.faults = faults;
    }

    /**
     * A message has come.
     *
     * @param append puts it into the log with the time it was enqueued; called once, twice, or later on
     */
    public void arrived(String hub, String deviceId, Instant enqueued, Consumer<Instant> append) {
        Optional<Fault> struck =
                faults.strikes(FaultKind.Point.TELEMETRY, CloudService.HUB_MQTT.text(), hub, deviceId, "telemetry");
        if (struck.isEmpty()) {
            append.accept(enqueued);
            release(hub, deviceId);
            return;
        }
        Fault fault = struck.get();
        switch (fault.kind()) {
            case TELEMETRY_DUPLICATED -> {
                append.accept(enqueued);
                append.accept(enqueued);
            }
            case TELEMETRY_LATE -> later(fault.delay(), () -> append.accept(now()));
            default -> {
                release(hub, deviceId);
                held.put(hub + "/" + deviceId, append);
                later(fault.delay(), () -> {
                    if (held.remove(hub + "/" + deviceId, append)) {
                        append.accept(now());
                    }
                });
            }
        }
    }

    private void release(String hub, String deviceId) {
        // Most hubs never hold anything back, and the map is asked for each message.
        Consumer<Instant> waiting = held.isEmpty() ? null : held.remove(hub + "/" + deviceId);
        if (waiting != null) {
            waiting.accept(now());
        }
    }

    private void later(Duration delay, Runnable action) {
        vertx.setTimer(Math.max(1, delay.toMillis()), due -> action.run());
    }

    private Instant now() {
        return faults.clock().instant();
    }
}
