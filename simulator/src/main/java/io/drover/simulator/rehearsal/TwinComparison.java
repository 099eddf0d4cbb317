package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What moved devices own at the target held against what they own at the source: tags (cloud properties, name and organization of an
 * application) and desired properties, by name. More at the target is no difference, as a target may add its own.
 *
 * @param compared number of devices that moved
 * @param differences of each device that lacks something, or has it with another value, in words
 */
record TwinComparison(int compared, List<Reconciliation.Mismatch> differences) {

    /** Reads both sides through the control API ({@code /control/twins}) and compares the devices that moved. */
    static TwinComparison read(ControlClient cloud, Site source, Site target, List<DeviceTruth> truth) {
        return of(
                twins(cloud, source),
                twins(cloud, target),
                truth,
                Map.of(RehearsalTemplates.SITE, RehearsalTemplates.DEPOT));
    }

    /** As {@link #of(Map, Map, List, Map)} where every name is the same on both sides. */
    static TwinComparison of(Map<String, JsonNode> source, Map<String, JsonNode> target, List<DeviceTruth> truth) {
        return of(source, target, truth, Map.of());
    }

    /** {@code renamed} has the names that are others at the target. */
    static TwinComparison of(
            Map<String, JsonNode> source,
            Map<String, JsonNode> target,
            List<DeviceTruth> truth,
            Map<String, String> renamed) {
        List<Reconciliation.Mismatch> differences = new ArrayList<>();
        int compared = 0;
        for (DeviceTruth device : truth) {
            if (!device.moved()) {
                continue;
            }
            compared++;
            TreeSet<String> different = new TreeSet<>();
            for (String section : List.of("tags", "desired")) {
                JsonNode there = of(target, device).path(section);
                of(source, device).path(section).properties().forEach(owned -> {
                    String name = renamed.getOrDefault(owned.getKey(), owned.getKey());
                    JsonNode arrived = there.path(name);
                    if (!same(owned.getValue(), arrived)) {
                        String found = arrived.isMissingNode() ? "missing" : arrived.toString();
                        different.add(section + "." + name + " is " + found + " instead of " + owned.getValue());
                    }
                });
            }
            if (!different.isEmpty()) {
                differences.add(new Reconciliation.Mismatch(device.deviceId(), String.join(", ", different)));
            }
        }
        return new TwinComparison(compared, List.copyOf(differences));
    }

    boolean holds() {
        return differences.isEmpty();
    }

    private static boolean same(JsonNode owned, JsonNode arrived) {
        if (owned.isNumber() && arrived.isNumber()) {
            return owned.decimalValue().compareTo(arrived.decimalValue()) == 0;
        }
        return owned.equals(arrived);
    }

    private static JsonNode of(Map<String, JsonNode> twins, DeviceTruth device) {
        return twins.getOrDefault(device.deviceId(), JsonNodeFactory.instance.objectNode());
    }

    /** Page by page; a device that the site does not know is left out. */
    static Map<String, JsonNode> twins(ControlClient cloud, Site site) {
        Map<String, JsonNode> twins = new LinkedHashMap<>();
        String after = "";
        do {
            JsonNode page = cloud.get("/control/twins?after=" + AzureRest.encoded(after));
            page.path("devices")
                    .forEach(device -> at(site, device)
                            .ifPresent(twin -> twins.put(device.path("deviceId").asText(), twin)));
            after = page.path("after").asText("");
        } while (!after.isEmpty());
        return twins;
    }

    /** Cloud properties with name and organization, as a hub has them in its tags. */
    private static JsonNode named(JsonNode application) {
        ObjectNode tags = application.path("cloudProperties").deepCopy();
        String name = application.path("displayName").asText("");
        if (!name.isEmpty()) {
            tags.put("displayName", name);
        }
        application.path("organizations").forEach(organization -> tags.put("organization", organization.asText()));
        return tags;
    }

    /** What the site has of a device, out of one of the control API's: with cloud properties as tags where it is an application. */
    static Optional<JsonNode> at(Site site, JsonNode device) {
        for (JsonNode place : device.path("places")) {
            boolean application = "application".equals(place.path("kind").asText());
            if (application == site.isCentral()
                    && place.path("name").asText().equals(application ? site.application() : site.hub())) {
                ObjectNode twin = place.deepCopy();
                if (application) {
                    twin.set("tags", named(place));
                }
                return Optional.of(twin);
            }
        }
        return Optional.empty();
    }
}
