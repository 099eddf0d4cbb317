package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;

/** Tags and desired properties a new device starts with, as an enrollment gives them. */
public record InitialTwin(JsonObject tags, JsonObject desired) {}
