package io.drover.worker.azure;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** Code and message out of the four shapes of error body that the documented services use. */
record AzureError(String code, String message) {
    private static final int LONGEST = 600;

    /** {@code header} names the code where the body does not, as IoT Hub's {@code iothub-errorcode}; may be null. */
    static AzureError parse(Buffer body, String header) {
        AzureError error = parse(body);
        return error.code().isEmpty() && header != null ? new AzureError(shortened(header), error.message()) : error;
    }

    private static AzureError parse(Buffer body) {
        if (body == null || body.length() == 0) {
            return new AzureError("", "");
        }
        try {
            return parse(new JsonObject(body));
        } catch (DecodeException | ClassCastException notJson) {
            return new AzureError("", shortened(body.toString()));
        }
    }

    private static AzureError parse(JsonObject body) {
        if (body.getValue("error") instanceof JsonObject error) {
            return of(error.getValue("code"), error.getValue("message"));
        }
        if (body.getValue("errorCode") != null) {
            return of(body.getValue("errorCode"), body.getValue("message"));
        }
        if (body.getValue("Message") instanceof String message) {
            return hubMessage(message);
        }
        return of(body.getValue("code"), body.getValue("message"));
    }

    /** IoT Hub: {@code ErrorCode:Name;text}, or newer, JSON within the string. */
    private static AzureError hubMessage(String message) {
        if (message.startsWith("{")) {
            return parse(new JsonObject(message));
        }
        int end = message.indexOf(';');
        if (message.startsWith("ErrorCode:") && end > 0) {
            return of(message.substring("ErrorCode:".length(), end), message.substring(end + 1));
        }
        return of("", message);
    }

    private static AzureError of(Object code, Object message) {
        return new AzureError(
                code == null ? "" : code.toString(), message == null ? "" : shortened(message.toString()));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
