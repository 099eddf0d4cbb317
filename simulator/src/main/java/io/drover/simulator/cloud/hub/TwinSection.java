package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/** Desired or reported properties of a twin with their version and, per property, when they changed. Guarded by the twin. */
final class TwinSection {
    private static final String LAST_UPDATED = "$lastUpdated";

    private final boolean versionedStamps;
    private JsonObject properties = new JsonObject();
    private JsonObject stamps = new JsonObject();
    private Instant updated;
    private long version = 1;

    /** @param versionedStamps whether each property's metadata names the version that changed it, as desired ones do */
    TwinSection(boolean versionedStamps, Instant created) {
        this.versionedStamps = versionedStamps;
        this.updated = created;
    }

    /** Puts properties in without counting a version. */
    TwinSection with(JsonObject initial, Instant now) {
        properties = TwinDocument.merge(new JsonObject(), initial);
        stamps = stamped(new JsonObject(), properties, stamp(now, version));
        return this;
    }

    /** Merges, where null deletes; answers the new version. Fails with ARGUMENT_INVALID and then changes nothing. */
    long patch(JsonObject patch, Instant now) {
        TwinDocument.check(patch);
        JsonObject merged = TwinDocument.merge(properties, patch);
        TwinDocument.checkSize(merged, TwinDocument.MAX_PROPERTIES);
        return store(merged, stamped(stamps, patch, stamp(now, version + 1)), now);
    }

    /** Replaces everything; answers the new version. Fails with ARGUMENT_INVALID and then changes nothing. */
    long replace(JsonObject document, Instant now) {
        TwinDocument.check(document);
        JsonObject whole = TwinDocument.merge(new JsonObject(), document);
        TwinDocument.checkSize(whole, TwinDocument.MAX_PROPERTIES);
        return store(whole, stamped(new JsonObject(), whole, stamp(now, version + 1)), now);
    }

    private long store(JsonObject newProperties, JsonObject newStamps, Instant now) {
        properties = newProperties;
        stamps = newStamps;
        updated = now;
        return ++version;
    }

    long version() {
        return version;
    }

    /** The properties with {@code $version} and, when asked for, {@code $metadata}. */
    JsonObject json(boolean withMetadata) {
        JsonObject json = properties.copy();
        if (withMetadata) {
            json.put("$metadata", stamp(updated, version).mergeIn(stamps.copy()));
        }
        return json.put("$version", version);
    }

    private JsonObject stamp(Instant now, long atVersion) {
        JsonObject stamp = new JsonObject().put(LAST_UPDATED, now.toString());
        return versionedStamps ? stamp.put("$lastUpdatedVersion", atVersion) : stamp;
    }

    private static JsonObject stamped(JsonObject old, JsonObject patch, JsonObject stamp) {
        JsonObject stamps = old.copy();
        for (Map.Entry<String, Object> entry : patch) {
            String name = entry.getKey();
            if (name.startsWith("$")) {
                continue;
            }
            if (entry.getValue() == null) {
                stamps.remove(name);
            } else if (entry.getValue() instanceof JsonObject nested) {
                JsonObject below = stamps.getValue(name) instanceof JsonObject known ? known : new JsonObject();
                stamps.put(name, stamped(below, nested, stamp).mergeIn(stamp));
            } else {
                stamps.put(name, stamp.copy());
            }
        }
        return stamps;
    }
}
