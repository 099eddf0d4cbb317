package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonObject;

/** JSON merge patch (RFC 7396): objects merge, null deletes, anything else replaces. */
final class MergePatch {
    private MergePatch() {}

    /** A copy of {@code base} with the patch applied. */
    static JsonObject apply(JsonObject base, JsonObject patch) {
        JsonObject merged = base.copy();
        for (String name : patch.fieldNames()) {
            Object value = patch.getValue(name);
            if (value == null) {
                merged.remove(name);
            } else if (value instanceof JsonObject nested) {
                JsonObject below = merged.getValue(name) instanceof JsonObject old ? old : new JsonObject();
                merged.put(name, apply(below, nested));
            } else {
                merged.put(name, value);
            }
        }
        return merged;
    }
}
