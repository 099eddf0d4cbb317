package io.drover.simulator.cloud.hub;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Map;

/**
 * A message to a device. {@code systemProperties} are under the names of MQTT topics ({@code $.mid}, {@code $.cid}, …); the
 * expiry is absolute.
 */
public record CloudToDeviceMessage(
        String messageId,
        Map<String, String> systemProperties,
        Map<String, String> applicationProperties,
        Buffer body,
        Instant expiry,
        Ack ack) {
    public CloudToDeviceMessage {
        systemProperties = Map.copyOf(systemProperties);
        applicationProperties = Map.copyOf(applicationProperties);
    }

    /** Which outcomes the sender wants feedback about: property {@code iothub-ack}. */
    public enum Ack {
        NONE(false, false),
        POSITIVE(true, false),
        NEGATIVE(false, true),
        FULL(true, true);

        private final boolean onSuccess;
        private final boolean onFailure;

        Ack(boolean onSuccess, boolean onFailure) {
            this.onSuccess = onSuccess;
            this.onFailure = onFailure;
        }

        boolean wants(FeedbackStatus outcome) {
            return outcome == FeedbackStatus.SUCCESS ? onSuccess : onFailure;
        }
    }
}
