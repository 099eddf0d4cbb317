package io.drover.simulator.cloud.hub;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * One device message in the built-in telemetry log. {@code properties} are those of the topic's bag as sent: names that
 * begin with {@code $.} are the system's (content type {@code $.ct}, content encoding {@code $.ce}, message id {@code $.mid},
 * correlation id {@code $.cid}, user id {@code $.uid}, component {@code $.sub}), the rest the application's.
 */
public record TelemetryEvent(
        long sequenceNumber,
        long offset,
        Instant enqueued,
        EventSource source,
        Map<String, String> properties,
        Buffer body) {

    public String deviceId() {
        return source.deviceId();
    }

    /** Content type, or null when the device named none. */
    public String contentType() {
        return properties.get("$.ct");
    }

    /** Content encoding, or null when the device named none. */
    public String contentEncoding() {
        return properties.get("$.ce");
    }

    /** The system property of this name in the topic's bag, {@code $.mid} for one, or null. */
    public String system(String name) {
        return properties.get(name);
    }

    /** The properties that are the application's own. */
    public Map<String, String> applicationProperties() {
        Map<String, String> application = new HashMap<>(properties);
        application.keySet().removeIf(name -> name.startsWith("$."));
        return application;
    }
}
