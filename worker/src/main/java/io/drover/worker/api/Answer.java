package io.drover.worker.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/**
 * What an operation answers.
 *
 * @param body text, or null for none
 * @param written whether the operation writes the response itself, as a stream
 */
record Answer(int status, Map<String, String> headers, String body, boolean written) {
    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer ok(JsonObject body) {
        return json(200, body);
    }

    static Answer ok(JsonArray body) {
        return new Answer(200, Map.of("content-type", "application/json"), body.encode(), false);
    }

    static Answer json(int status, JsonObject body) {
        return new Answer(status, Map.of("content-type", "application/json"), body.encode(), false);
    }

    /** 204, or 304. */
    static Answer empty(int status) {
        return new Answer(status, Map.of(), null, false);
    }

    /** The operation has the response in its own hands. */
    static Answer stream() {
        return new Answer(200, Map.of(), null, true);
    }

    Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body, written);
    }
}
