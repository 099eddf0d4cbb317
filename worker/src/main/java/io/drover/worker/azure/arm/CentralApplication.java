package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonObject;

/**
 * An IoT Central application as ARM lists it.
 *
 * @param state {@code created} while it can be used
 */
public record CentralApplication(
        String name, String subdomain, String displayName, String applicationId, String state) {
    /** Whether it can be used. */
    public boolean isUsable() {
        return "created".equalsIgnoreCase(state);
    }

    static CentralApplication of(JsonObject item) {
        JsonObject properties = item.getJsonObject("properties", new JsonObject());
        return new CentralApplication(
                item.getString("name"),
                properties.getString("subdomain", item.getString("name")),
                properties.getString("displayName"),
                properties.getString("applicationId"),
                properties.getString("state", "created"));
    }
}
