package io.drover.worker.azure;

import io.vertx.core.json.JsonObject;

/** The two symmetric keys of an enrollment group, from which device keys derive; never shown. */
public record GroupKeys(String primary, String secondary) {
    /** Reads a {@code symmetricKey} object; null when it holds no keys. */
    public static GroupKeys of(JsonObject symmetricKey) {
        return symmetricKey == null || symmetricKey.getString("primaryKey") == null
                ? null
                : new GroupKeys(symmetricKey.getString("primaryKey"), symmetricKey.getString("secondaryKey"));
    }

    /** The wire form. */
    public JsonObject toJson() {
        return new JsonObject().put("primaryKey", primary).put("secondaryKey", secondary);
    }

    @Override
    public String toString() {
        return "GroupKeys[hidden]";
    }
}
