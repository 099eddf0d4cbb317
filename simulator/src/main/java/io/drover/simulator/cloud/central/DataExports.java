package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.hub.ConnectionState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * An application's data exports and the deliveries to their destinations. Messages have the device connectivity changes format of
 * "Export IoT data to Webhook". Thread-safe; costs nothing while no export is defined.
 */
final class DataExports {
    private final CentralApp app;
    private final ConcurrentNavigableMap<String, WebhookDelivery> destinations = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, DataExport> exports = new ConcurrentSkipListMap<>();

    DataExports(CentralApp app) {
        this.app = app;
    }

    ConcurrentNavigableMap<String, WebhookDelivery> destinations() {
        return destinations;
    }

    ConcurrentNavigableMap<String, DataExport> exports() {
        return exports;
    }

    /** Hands one event to the destinations of every export that selects the device; called on the connection's event loop. */
    void connectivity(String deviceId, ConnectionState state, Instant at) {
        if (exports.isEmpty()) {
            return;
        }
        CentralDevice device = app.device(deviceId).orElse(null);
        if (device == null) {
            return;
        }
        for (DataExport export : exports.values()) {
            if (export.selects(app, device)) {
                Buffer message = message(export, device, state, at);
                for (String id : export.destinations()) {
                    WebhookDelivery delivery = destinations.get(id);
                    if (delivery != null) {
                        delivery.offer(message);
                    }
                }
            }
        }
    }

    private Buffer message(DataExport export, CentralDevice device, ConnectionState state, Instant at) {
        JsonObject message = new JsonObject()
                .put("applicationId", app.applicationId())
                .put("messageSource", DataExport.CONNECTIVITY)
                .put("messageType", state.name().toLowerCase(Locale.ROOT))
                .put("deviceId", device.id())
                .put("schema", "default@v1");
        if (device.template() != null) {
            message.put("templateId", device.template());
        }
        return message.put("enqueuedTime", at.toString())
                .put("enrichments", export.enrich(app, device))
                .toBuffer();
    }
}
