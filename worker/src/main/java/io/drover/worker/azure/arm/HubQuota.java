package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What a hub's quota metrics tell (reference section f); −1 stands for a number that is not told.
 *
 * @param messages of this day
 */
public record HubQuota(long devices, long mostDevices, long messages, long mostMessages) {
    private static final long UNTOLD = -1;

    static HubQuota of(List<JsonObject> metrics) {
        return new HubQuota(
                number(metrics, "TotalDeviceCount", "currentValue"),
                number(metrics, "TotalDeviceCount", "maxValue"),
                number(metrics, "TotalMessages", "currentValue"),
                number(metrics, "TotalMessages", "maxValue"));
    }

    private static long number(List<JsonObject> metrics, String name, String field) {
        return metrics.stream()
                .filter(metric -> name.equalsIgnoreCase(metric.getString("name")))
                .map(metric -> metric.getLong(field, UNTOLD))
                .findFirst()
                .orElse(UNTOLD);
    }

    /** Devices that may still be added; as many as one likes where the hub does not tell. */
    public long room() {
        return mostDevices < 0 || devices < 0 ? Long.MAX_VALUE : Math.max(0, mostDevices - devices);
    }
}
