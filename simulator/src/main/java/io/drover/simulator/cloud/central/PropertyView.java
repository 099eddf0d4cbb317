package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonObject;

/**
 * One property of a twin as IoT Central shows it: what the device reported, and what it was asked to take. A device acknowledges with
 * {@code {"value","ac","av","ad"}}, after "Telemetry, property, and command payloads".
 *
 * @param reported null when the device reported none
 * @param reportedAt null when the twin does not say
 * @param desired null when none was asked
 * @param desiredVersion null when none was asked
 */
record PropertyView(Object reported, String reportedAt, Object desired, Long desiredVersion) {

    /** Looks the property up in the two sections of a twin with metadata. */
    static PropertyView of(String component, String name, JsonObject desired, JsonObject reported) {
        JsonObject asked = inside(component, desired);
        JsonObject told = inside(component, reported);
        Object desiredValue = asked.getValue(name);
        return new PropertyView(
                told.getValue(name),
                told.getValue(name) == null ? null : when(component, name, reported),
                desiredValue,
                desiredValue == null ? null : version(component, name, desired));
    }

    void addTo(String name, JsonObject shown, JsonObject about) {
        if (reported != null) {
            shown.put(name, reported);
        }
        if (reported instanceof JsonObject answer && answer.containsKey("value") && answer.containsKey("ac")) {
            shown.put(name, answer.getValue("value"));
            about.put("ackCode", answer.getValue("ac")).put("ackVersion", answer.getValue("av"));
            if (answer.getValue("ad") != null) {
                about.put("ackDescription", answer.getValue("ad"));
            }
        }
        if (reportedAt != null) {
            about.put("lastUpdateTime", reportedAt);
        }
        if (desired != null) {
            about.put("desiredValue", desired).put("desiredVersion", desiredVersion);
        }
    }

    private static JsonObject inside(String component, JsonObject section) {
        if (component == null) {
            return section;
        }
        return section.getValue(component) instanceof JsonObject part ? part : new JsonObject();
    }

    /** Metadata of the property itself where the twin keeps it, else that of the whole section. */
    private static JsonObject metadata(String component, String name, JsonObject section) {
        JsonObject all = section.getJsonObject("$metadata", new JsonObject());
        return inside(component, all).getValue(name) instanceof JsonObject own ? own : all;
    }

    private static String when(String component, String name, JsonObject section) {
        return metadata(component, name, section).getString("$lastUpdated");
    }

    private static Long version(String component, String name, JsonObject section) {
        return metadata(component, name, section).getLong("$lastUpdatedVersion", section.getLong("$version", 1L));
    }
}
