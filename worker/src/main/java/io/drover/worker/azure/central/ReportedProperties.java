package io.drover.worker.azure.central;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/** Reads the properties of a device as an application shows them, with {@code $metadata} for each (reference section a.3). */
final class ReportedProperties {
    private static final String METADATA = "$metadata";

    private ReportedProperties() {}

    /** The time of the latest property that the device alone writes, components included; null when there is none. */
    static Instant latest(JsonObject properties) {
        Instant latest = null;
        for (Map.Entry<String, Object> entry : properties) {
            Instant one = null;
            if (entry.getKey().equals(METADATA) && entry.getValue() instanceof JsonObject about) {
                one = latestOf(about);
            } else if (entry.getValue() instanceof JsonObject part && part.containsKey(METADATA)) {
                one = latest(part);
            }
            latest = later(latest, one);
        }
        return latest;
    }

    private static Instant latestOf(JsonObject metadata) {
        Instant latest = null;
        for (Map.Entry<String, Object> entry : metadata) {
            if (entry.getValue() instanceof JsonObject about && !about.containsKey("desiredValue")) {
                latest = later(latest, about.getInstant("lastUpdateTime"));
            }
        }
        return latest;
    }

    private static Instant later(Instant one, Instant other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }
}
