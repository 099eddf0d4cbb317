package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonObject;

/** A subscription that the client sees. */
public record Subscription(String id, String displayName, String state) {
    static Subscription of(JsonObject item) {
        return new Subscription(
                item.getString("subscriptionId"), item.getString("displayName", ""), item.getString("state", ""));
    }
}
