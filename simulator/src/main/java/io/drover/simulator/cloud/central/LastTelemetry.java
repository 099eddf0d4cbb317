package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.hub.TelemetryEvent;
import io.drover.simulator.cloud.hub.TelemetryLog;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;

/** The last value of a telemetry, found in what the internal hub's log still keeps, so that nothing is stored per device. */
final class LastTelemetry {
    private static final int CHUNK = 1_024;

    private LastTelemetry() {}

    /** {@code {"value","timestamp"}}, or an empty object when the log has none (any more). */
    static JsonObject of(TelemetryLog log, String deviceId, String component, String name) {
        for (int partition = 0; partition < log.partitions(); partition++) {
            long end = log.lastSequenceNumber(partition) + 1;
            while (end > log.firstSequenceNumber(partition)) {
                long from = Math.max(log.firstSequenceNumber(partition), end - CHUNK);
                List<TelemetryEvent> events = log.read(partition, from, (int) (end - from));
                for (int i = events.size() - 1; i >= 0; i--) {
                    TelemetryEvent event = events.get(i);
                    if (event.deviceId().equals(deviceId)
                            && Objects.equals(event.properties().get("$.sub"), component)) {
                        JsonObject body = body(event);
                        if (body.containsKey(name)) {
                            return new JsonObject()
                                    .put("value", body.getValue(name))
                                    .put("timestamp", event.enqueued().toString());
                        }
                    }
                }
                end = from;
            }
        }
        return new JsonObject();
    }

    private static JsonObject body(TelemetryEvent event) {
        try {
            return event.body().toJsonObject();
        } catch (DecodeException | ClassCastException notAnObject) {
            return new JsonObject();
        }
    }
}
