package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;

/** The error body both APIs of the service share. */
final class DpsErrorBody {
    private DpsErrorBody() {}

    static JsonObject of(ProvisioningException refusal, Instant now) {
        return new JsonObject()
                .put("errorCode", refusal.error().code())
                .put("trackingId", UUID.randomUUID().toString())
                .put("message", refusal.getMessage())
                .put("info", new JsonObject())
                .put("timestampUtc", now.toString());
    }
}
