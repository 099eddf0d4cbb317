package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * A device's or module's twin: tags, desired and reported properties. Sections exist once they are written, because most of
 * a million twins are empty. Thread-safe. Every change fails with ARGUMENT_INVALID beyond the documented limits.
 */
public final class Twin {
    private final Instant created;
    private JsonObject tags;
    private TwinSection desired;
    private TwinSection reported;
    private long version = 2;

    Twin(InitialTwin initial, Instant created) {
        this.created = created;
        if (initial != null && initial.tags() != null && !initial.tags().isEmpty()) {
            tags = initial.tags().copy();
        }
        if (initial != null && initial.desired() != null && !initial.desired().isEmpty()) {
            desired = new TwinSection(true, created).with(initial.desired(), created);
        }
        if (initial != null && initial.reported() != null && !initial.reported().isEmpty()) {
            reported = new TwinSection(false, created).with(initial.reported(), created);
        }
    }

    /** Merges the device's patch; answers the new version of the reported section. */
    public synchronized long patchReported(JsonObject patch, Instant now) {
        TwinSection section = reported == null ? new TwinSection(false, created) : reported;
        long patched = section.patch(patch, now);
        reported = section;
        version++;
        return patched;
    }

    /** Merges a service's patch of desired properties; answers their new version. */
    public synchronized long patchDesired(JsonObject patch, Instant now) {
        TwinSection section = desired == null ? new TwinSection(true, created) : desired;
        long patched = section.patch(patch, now);
        desired = section;
        version++;
        return patched;
    }

    /** Replaces the desired properties; answers their new version. */
    public synchronized long replaceDesired(JsonObject document, Instant now) {
        TwinSection section = desired == null ? new TwinSection(true, created) : desired;
        long replaced = section.replace(document, now);
        desired = section;
        version++;
        return replaced;
    }

    /** Merges a service's patch of tags. */
    public synchronized void patchTags(JsonObject patch) {
        putTags(TwinDocument.merge(tags == null ? new JsonObject() : tags, patch), patch);
    }

    /** Replaces the tags. */
    public synchronized void replaceTags(JsonObject document) {
        putTags(TwinDocument.merge(new JsonObject(), document), document);
    }

    private void putTags(JsonObject merged, JsonObject given) {
        TwinDocument.check(given);
        TwinDocument.checkSize(merged, TwinDocument.MAX_TAGS);
        tags = merged.isEmpty() ? null : merged;
        version++;
    }

    /** A copy of the tags. */
    public synchronized JsonObject tags() {
        return tags == null ? new JsonObject() : tags.copy();
    }

    /** {@code {"desired":{…,"$version":n},"reported":{…,"$version":n}}}, with metadata for a service and without for a device. */
    public synchronized JsonObject properties(boolean withMetadata) {
        return new JsonObject()
                .put("desired", (desired == null ? new TwinSection(true, created) : desired).json(withMetadata))
                .put("reported", (reported == null ? new TwinSection(false, created) : reported).json(withMetadata));
    }

    /** Version of the reported properties. */
    public synchronized long reportedVersion() {
        return reported == null ? 1 : reported.version();
    }

    /** Counts every change of the twin. */
    public synchronized long version() {
        return version;
    }
}
