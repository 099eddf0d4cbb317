package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the emulated cloud saw of one device at one place.
 *
 * @param lastTelemetryAt {@link Instant#EPOCH} when it never sent any there
 */
record Presence(boolean connected, Instant lastTelemetryAt) {
    /** Of every device that the place knows, by device id. */
    static Map<String, Presence> at(ControlClient cloud, Site site) {
        Map<String, Presence> all = new HashMap<>();
        cloud.lines("/control/truth?" + site.query(), line -> {
            JsonNode here = line.path("source");
            all.put(
                    line.path("deviceId").asText(),
                    new Presence(
                            here.path("connected").asBoolean(),
                            here.hasNonNull("lastTelemetryAt")
                                    ? Instant.parse(here.path("lastTelemetryAt").asText())
                                    : Instant.EPOCH));
        });
        return all;
    }

    /** Devices that are not connected at the one place with telemetry since then, or are still connected at the other. */
    static Set<String> missing(
            Set<String> expected, Map<String, Presence> here, Map<String, Presence> there, Instant since) {
        Presence absent = new Presence(false, Instant.EPOCH);
        Set<String> missing = new TreeSet<>();
        for (String id : expected) {
            Presence now = here.getOrDefault(id, absent);
            if (!now.connected()
                    || now.lastTelemetryAt().isBefore(since)
                    || there.getOrDefault(id, absent).connected()) {
                missing.add(id);
            }
        }
        return missing;
    }
}
