package io.drover.simulator.fleet.device;

import io.drover.simulator.fleet.behaviour.Behaviour;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * A direct method as a device sees it, with the id scope when it is a DeviceMove.
 *
 * @param name method name, {@code component*command} for a command of a component
 */
public record MoveRequest(String name, String requestId, Buffer payload) {
    private static final String PREFIX = "$iothub/methods/POST/";

    /** A device's answer to a direct method. */
    public record Answer(int status, String message) {}

    /** Reads {@code $iothub/methods/POST/{name}/?$rid={rid}}. */
    public static Optional<MoveRequest> of(String topic, Buffer payload) {
        int end = topic.indexOf("/?$rid=");
        if (!topic.startsWith(PREFIX) || end < PREFIX.length()) {
            return Optional.empty();
        }
        return Optional.of(new MoveRequest(topic.substring(PREFIX.length(), end), topic.substring(end + 7), payload));
    }

    /** Whether it tells the device to move. */
    public boolean isMove() {
        return name.equals("DeviceMove") || name.equals("migration*DeviceMove");
    }

    /** The id scope to move to: the payload's {@code idScope}, or the payload itself when it is a bare string. */
    public Optional<String> idScope() {
        try {
            Object value = payload.length() == 0 ? null : Json.decodeValue(payload);
            if (value instanceof JsonObject object) {
                value = object.getMap().entrySet().stream()
                        .filter(entry -> entry.getKey().equalsIgnoreCase("idScope"))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(null);
            }
            return value instanceof String text && !text.isBlank() ? Optional.of(text) : Optional.empty();
        } catch (DecodeException noJson) {
            return Optional.empty();
        }
    }

    /** The answer to what no device could follow: another method, or none to say where to. */
    public Optional<Answer> malformed() {
        if (!isMove()) {
            return Optional.of(new Answer(404, "no such method here"));
        }
        return idScope().isPresent()
                ? Optional.empty()
                : Optional.of(new Answer(400, "payload must be an id scope or {\"idScope\":\"…\"}"));
    }

    /** The answer of a device that behaves like this to a DeviceMove it could follow. */
    public static Answer answer(Behaviour behaviour) {
        return behaviour.status() == 200
                ? new Answer(200, "moving")
                : new Answer(behaviour.status(), "this device does not move");
    }

    /** Where the answer with this status is published. */
    public String answerTopic(int status) {
        return "$iothub/methods/res/" + status + "/?$rid=" + requestId;
    }
}
