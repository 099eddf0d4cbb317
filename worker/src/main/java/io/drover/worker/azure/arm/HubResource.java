package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * An IoT hub as ARM lists it, with its built-in telemetry endpoint.
 *
 * @param state {@code Active} for one that works
 */
public record HubResource(
        String id,
        String name,
        String hostName,
        String sku,
        int units,
        String eventsEndpoint,
        String eventsPath,
        List<String> partitionIds,
        String state) {
    public HubResource {
        partitionIds = List.copyOf(partitionIds);
    }

    static HubResource of(JsonObject item) {
        JsonObject properties = item.getJsonObject("properties", new JsonObject());
        JsonObject sku = item.getJsonObject("sku", new JsonObject());
        JsonObject events = properties
                .getJsonObject("eventHubEndpoints", new JsonObject())
                .getJsonObject("events", new JsonObject());
        JsonArray ids = events.getJsonArray("partitionIds", new JsonArray());
        List<String> partitions = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            partitions.add(ids.getValue(i).toString());
        }
        return new HubResource(
                item.getString("id"),
                item.getString("name"),
                properties.getString("hostName"),
                sku.getString("name", "S1"),
                sku.getInteger("capacity", 1),
                events.getString("endpoint"),
                events.getString("path"),
                partitions,
                properties.getString("state", "Active"));
    }
}
