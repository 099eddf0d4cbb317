package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/**
 * A device twin: tags, desired and reported properties, each patched by merge where null deletes. Thread-safe. Metadata
 * is kept per section, not per property.
 */
public final class Twin {
    private final Instant created;
    private JsonObject tags = new JsonObject();
    private JsonObject desired = new JsonObject();
    private JsonObject reported = new JsonObject();
    private Instant desiredUpdated;
    private Instant reportedUpdated;
    private long desiredVersion = 1;
    private long reportedVersion = 1;
    private long version = 2;

    Twin(InitialTwin initial, Instant created) {
        this.created = created;
        if (initial != null) {
            tags = initial.tags() == null ? tags : initial.tags().copy();
            desired = initial.desired() == null ? desired : initial.desired().copy();
        }
    }

    /** Merges the device's patch; answers the new version of the reported section. */
    public synchronized long patchReported(JsonObject patch, Instant now) {
        reported = merge(reported, patch);
        reportedUpdated = now;
        version++;
        return ++reportedVersion;
    }

    /** Merges a service's patch of desired properties; answers their new version. */
    public synchronized long patchDesired(JsonObject patch, Instant now) {
        desired = merge(desired, patch);
        desiredUpdated = now;
        version++;
        return ++desiredVersion;
    }

    /** Merges a service's patch of tags. */
    public synchronized void patchTags(JsonObject patch) {
        tags = merge(tags, patch);
        version++;
    }

    /** A copy of the tags. */
    public synchronized JsonObject tags() {
        return tags.copy();
    }

    /** {@code {"desired":{…,"$version":n},"reported":{…,"$version":n}}}, with metadata for a service and without for a device. */
    public synchronized JsonObject properties(boolean withMetadata) {
        return new JsonObject()
                .put("desired", section(desired, desiredVersion, desiredUpdated, withMetadata))
                .put("reported", section(reported, reportedVersion, reportedUpdated, withMetadata));
    }

    /** Counts every change of the twin. */
    public synchronized long version() {
        return version;
    }

    private JsonObject section(JsonObject properties, long sectionVersion, Instant updated, boolean withMetadata) {
        JsonObject section = properties.copy();
        if (withMetadata) {
            Instant at = updated == null ? created : updated;
            section.put("$metadata", new JsonObject().put("$lastUpdated", at.toString()));
        }
        return section.put("$version", sectionVersion);
    }

    private static JsonObject merge(JsonObject base, JsonObject patch) {
        JsonObject merged = base.copy();
        for (Map.Entry<String, Object> entry : patch) {
            String name = entry.getKey();
            Object value = entry.getValue();
            if (name.startsWith("$")) {
                continue; // versions and metadata are the hub's own
            }
            if (value == null) {
                merged.remove(name);
            } else if (value instanceof JsonObject nested) {
                JsonObject below = merged.getValue(name) instanceof JsonObject old ? old : new JsonObject();
                merged.put(name, merge(below, nested));
            } else {
                merged.put(name, value);
            }
        }
        return merged;
    }
}
