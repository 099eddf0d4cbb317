package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import io.vertx.core.json.JsonObject;

/** The {@code initialTwin} of enrollments and of custom allocation webhooks. */
final class InitialTwinJson {
    private InitialTwinJson() {}

    /** Null for null; throws BAD_REQUEST when a part is no object. */
    static InitialTwin read(JsonObject json) {
        if (json == null) {
            return null;
        }
        JsonObject properties = JsonFields.object(json, "properties");
        return new InitialTwin(
                JsonFields.object(json, "tags"), properties == null ? null : JsonFields.object(properties, "desired"));
    }

    static JsonObject write(InitialTwin twin) {
        JsonObject tags = twin.tags() == null ? new JsonObject() : twin.tags();
        JsonObject desired = twin.desired() == null ? new JsonObject() : twin.desired();
        return new JsonObject().put("tags", tags).put("properties", new JsonObject().put("desired", desired));
    }
}
