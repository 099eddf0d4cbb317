package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Values of request bodies with their types checked; each throws BAD_REQUEST naming the value that is wrong. */
final class JsonFields {
    private JsonFields() {}

    /** An empty text counts as absent. */
    static String string(JsonObject json, String name, String absent) {
        Object value = json.getValue(name);
        require(value == null || value instanceof String, name + " must be a string.");
        return value == null || ((String) value).isEmpty() ? absent : (String) value;
    }

    static JsonObject object(JsonObject json, String name) {
        Object value = json.getValue(name);
        require(value == null || value instanceof JsonObject, name + " must be an object.");
        return (JsonObject) value;
    }

    static JsonArray array(JsonObject json, String name) {
        Object value = json.getValue(name);
        require(value == null || value instanceof JsonArray, name + " must be a list.");
        return (JsonArray) value;
    }

    static boolean flag(JsonObject json, String name) {
        Object value = json.getValue(name);
        require(value == null || value instanceof Boolean, name + " must be true or false.");
        return Boolean.TRUE.equals(value);
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw bad(otherwise);
        }
    }

    static ProvisioningException bad(String message) {
        return new ProvisioningException(ProvisioningError.BAD_REQUEST, message);
    }
}
