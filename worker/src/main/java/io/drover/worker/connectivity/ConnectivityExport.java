package io.drover.worker.connectivity;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads what IoT Central's data export sends to a webhook, one record or an array of them, as documented under "Device
 * connectivity changes format". Records of other message sources are read as saying nothing. Thread-safe.
 */
final class ConnectivityExport {
    /** The body is not what a data export sends; the message says where and is meant for whoever sent it. */
    static final class MalformedException extends Exception {
        MalformedException(String message) {
            super(message);
        }
    }

    private static final Pattern DEVICE_ID = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private final Clock clock;

    ConnectivityExport(Clock clock) {
        this.clock = clock;
    }

    List<ConnectivityEvent> read(Buffer body) throws MalformedException {
        Object decoded = decode(body);
        JsonArray records = decoded instanceof JsonArray several ? several : new JsonArray().add(decoded);
        List<ConnectivityEvent> events = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            if (!(records.getValue(i) instanceof JsonObject record)) {
                throw new MalformedException("record " + i + " is not a JSON object");
            }
            events.add(event(record, i));
        }
        return events;
    }

    private static Object decode(Buffer body) throws MalformedException {
        try {
            Object decoded = body == null || body.length() == 0 ? null : Json.decodeValue(body);
            if (decoded instanceof JsonObject || decoded instanceof JsonArray) {
                return decoded;
            }
        } catch (DecodeException broken) {
            throw new MalformedException("the body is not JSON");
        }
        throw new MalformedException("the body is neither a JSON object nor an array of them");
    }

    private ConnectivityEvent event(JsonObject record, int index) throws MalformedException {
        String application = text(record, "applicationId", index);
        Instant at = time(record, index);
        if (!"deviceConnectivity".equals(text(record, "messageSource", index))) {
            return new ConnectivityEvent(application, null, false, at);
        }
        String type = text(record, "messageType", index);
        String device = text(record, "deviceId", index);
        if (device == null || !DEVICE_ID.matcher(device).matches()) {
            throw new MalformedException("record " + index + ": deviceId is missing or no device id");
        }
        if (!"connected".equals(type) && !"disconnected".equals(type)) {
            throw new MalformedException("record " + index + ": messageType is neither connected nor disconnected");
        }
        return new ConnectivityEvent(application, device, "connected".equals(type), at);
    }

    private Instant time(JsonObject record, int index) throws MalformedException {
        String text = text(record, "enqueuedTime", index);
        try {
            return text == null ? clock.instant() : Instant.parse(text);
        } catch (DateTimeParseException notATime) {
            throw new MalformedException("record " + index + ": enqueuedTime is not an ISO 8601 time in UTC");
        }
    }

    private static String text(JsonObject record, String key, int index) throws MalformedException {
        Object value = record.getValue(key);
        if (value != null && !(value instanceof String)) {
            throw new MalformedException("record " + index + ": " + key + " is not a text");
        }
        return (String) value;
    }
}
