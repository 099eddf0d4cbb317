package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** One line of the feedback a sender of cloud-to-device messages asked for. */
public record FeedbackRecord(
        String originalMessageId, Instant enqueued, FeedbackStatus status, String deviceId, String generationId) {

    /** As in the body of a feedback message. */
    public JsonObject json() {
        return new JsonObject()
                .put("originalMessageId", originalMessageId)
                .put("enqueuedTimeUtc", enqueued.toString())
                .put("statusCode", status.wireName())
                .put("description", status.wireName())
                .put("deviceId", deviceId)
                .put("deviceGenerationId", generationId);
    }
}
