package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Merging and limits of twin documents, after "Understand and use device twins": names of at most 1 KB without control
 * characters, '.', '$' and space, ten levels, strings of at most 4 KB. Sizes are those of the JSON text.
 */
final class TwinDocument {
    static final int MAX_PROPERTIES = 32 * 1024;
    static final int MAX_TAGS = 8 * 1024;
    private static final int MAX_DEPTH = 10;
    private static final int MAX_NAME = 1024;
    private static final int MAX_VALUE = 4 * 1024;

    private TwinDocument() {}

    /** A copy of the base with the patch in it; null deletes, names that begin with '$' are the hub's and are left out. */
    static JsonObject merge(JsonObject base, JsonObject patch) {
        JsonObject merged = base.copy();
        for (Map.Entry<String, Object> entry : patch) {
            String name = entry.getKey();
            Object value = entry.getValue();
            if (name.startsWith("$")) {
                continue;
            }
            if (value == null) {
                merged.remove(name);
            } else if (value instanceof JsonObject nested) {
                JsonObject below = merged.getValue(name) instanceof JsonObject old ? old : new JsonObject();
                merged.put(name, merge(below, nested));
            } else {
                merged.put(name, value instanceof JsonArray array ? array.copy() : value);
            }
        }
        return merged;
    }

    /** Fails with ARGUMENT_INVALID, naming what is wrong. */
    static void check(JsonObject document) {
        check(document, 1);
    }

    static void checkSize(JsonObject document, int limit) {
        int size = document.encode().getBytes(StandardCharsets.UTF_8).length;
        if (size > limit) {
            throw invalid("A section of the twin would have " + size + " bytes; the limit is " + limit + ".");
        }
    }

    private static void check(JsonObject document, int depth) {
        for (Map.Entry<String, Object> entry : document) {
            String name = entry.getKey();
            boolean own = depth == 1 && (name.equals("$metadata") || name.equals("$version"));
            if (!own) {
                checkName(name);
                checkValue(entry.getValue(), depth);
            }
        }
    }

    private static void checkName(String name) {
        boolean component = name.equals("__t");
        boolean bad = name.isEmpty()
                || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME
                || name.chars().anyMatch(c -> c == '.' || c == '$' || c == ' ' || Character.isISOControl(c));
        if (bad && !component) {
            throw invalid("A property's name is empty, too long or has a character that is not allowed.");
        }
    }

    private static void checkValue(Object value, int depth) {
        if (value instanceof JsonObject || value instanceof JsonArray) {
            if (depth >= MAX_DEPTH) {
                throw invalid("Properties are nested deeper than " + MAX_DEPTH + " levels.");
            }
            if (value instanceof JsonObject nested) {
                check(nested, depth + 1);
            } else {
                ((JsonArray) value).forEach(each -> checkValue(each, depth + 1));
            }
        } else if (value instanceof String text && text.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE) {
            throw invalid("A property's value is longer than 4 KB.");
        }
    }

    private static HubException invalid(String message) {
        return new HubException(HubError.ARGUMENT_INVALID, message);
    }
}
