package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;

/**
 * What a new device's twin starts with; each part may be null.
 *
 * @param reported only of a device that comes from another hub with its data
 */
public record InitialTwin(JsonObject tags, JsonObject desired, JsonObject reported) {
    /** As an enrollment gives it. */
    public InitialTwin(JsonObject tags, JsonObject desired) {
        this(tags, desired, null);
    }
}
