package io.drover.simulator.cloud.fault;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** What a faulty DPS answers a device, over MQTT and HTTPS alike. */
final class ProvisioningAnswers {
    /** As documented for DPS. */
    static final Duration POLL_AGAIN = Duration.ofSeconds(3);

    private ProvisioningAnswers() {}

    static JsonObject throttled(Instant now) {
        return ErrorBodies.dps(429001, "Operations are being throttled.", now);
    }

    static JsonObject unauthorized(Instant now) {
        return ErrorBodies.dps(401002, "Unauthorized", now);
    }

    static JsonObject assigning(String operationId) {
        return new JsonObject().put("operationId", operationId).put("status", "assigning");
    }

    static JsonObject customAllocationFailed(String device, Instant now) {
        return new JsonObject()
                .put("operationId", UUID.randomUUID().toString())
                .put("status", "failed")
                .put(
                        "registrationState",
                        new JsonObject()
                                .put("registrationId", device)
                                .put("createdDateTimeUtc", now.toString())
                                .put("status", "failed")
                                .put("errorCode", 400207)
                                .put("errorMessage", "Custom allocation failed with status code: 404")
                                .put("lastUpdatedDateTimeUtc", now.toString()));
    }
}
