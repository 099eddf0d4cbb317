package io.drover.simulator.cloud.arm;

import io.vertx.core.json.JsonObject;

/** An Azure subscription of a tenant. */
public record Subscription(String tenantId, String subscriptionId, String displayName) {
    JsonObject toJson() {
        return new JsonObject()
                .put("id", "/subscriptions/" + subscriptionId)
                .put("subscriptionId", subscriptionId)
                .put("tenantId", tenantId)
                .put("displayName", displayName)
                .put("state", "Enabled");
    }
}
