package io.drover.simulator.cloud.hub;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.regex.Pattern;

/** A direct method call as a service writes it. */
record DirectMethod(String name, Buffer payload, Duration responseTimeout, Duration connectTimeout) {
    private static final int MAX_PAYLOAD = 128 * 1024;
    /** What can stand as one level of a topic. */
    private static final Pattern NAME = Pattern.compile("[^/+#\\p{Cntrl}]{1,100}");

    /** Reads a call. Fails with ARGUMENT_INVALID or MESSAGE_TOO_LARGE. */
    static DirectMethod read(JsonObject body) {
        String name = body.getString("methodName");
        if (name == null || !NAME.matcher(name).matches()) {
            throw new HubException(HubError.ARGUMENT_INVALID, "methodName is missing or not usable in a topic.");
        }
        Buffer payload = body.containsKey("payload") ? Json.encodeToBuffer(body.getValue("payload")) : Buffer.buffer();
        if (payload.length() > MAX_PAYLOAD) {
            throw new HubException(HubError.MESSAGE_TOO_LARGE, "The payload is larger than 128 KB.");
        }
        return new DirectMethod(
                name,
                payload,
                seconds(body, "responseTimeoutInSeconds", 30, 5),
                seconds(body, "connectTimeoutInSeconds", 0, 0));
    }

    /** Calls it; fails as {@link Hub#invoke} does. */
    Future<MethodResult> invoke(Hub hub, String clientId) {
        return hub.invoke(clientId, name, payload, responseTimeout, connectTimeout);
    }

    /** The device's answer as the service reads it; a payload that is not JSON is passed on as a string. */
    static JsonObject json(MethodResult result) {
        return new JsonObject().put("status", result.status()).put("payload", value(result.payload()));
    }

    private static Duration seconds(JsonObject body, String name, int otherwise, int least) {
        Integer given = body.getInteger(name);
        int seconds = given == null ? otherwise : given;
        if (seconds < least || seconds > 300) {
            throw new HubException(HubError.ARGUMENT_INVALID, name + " must be " + least + " to 300.");
        }
        return Duration.ofSeconds(seconds);
    }

    private static Object value(Buffer payload) {
        if (payload.length() == 0) {
            return null;
        }
        try {
            return Json.decodeValue(payload);
        } catch (DecodeException notJson) {
            return payload.toString();
        }
    }
}
