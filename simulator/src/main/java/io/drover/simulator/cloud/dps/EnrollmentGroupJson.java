package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** EnrollmentGroup of the service API, read with every value checked and written with or without keys. */
final class EnrollmentGroupJson {
    private final RandomGenerator random;

    EnrollmentGroupJson(RandomGenerator random) {
        this.random = random;
    }

    /** The group without keys, as a plain GET and a query show it. */
    static JsonObject masked(EnrollmentGroup group) {
        JsonObject json = new JsonObject()
                .put("enrollmentGroupId", group.id())
                .put("attestation", new JsonObject().put("type", "symmetricKey").put("symmetricKey", new JsonObject()))
                .put("provisioningStatus", group.enabled() ? "enabled" : "disabled")
                .put("allocationPolicy", group.allocation().wireName())
                .put(
                        "reprovisionPolicy",
                        new JsonObject()
                                .put("updateHubAssignment", group.reprovision().updateHubAssignment())
                                .put("migrateDeviceData", group.reprovision().migrateDeviceData()))
                .put("capabilities", new JsonObject().put("iotEdge", group.iotEdge()))
                .put("createdDateTimeUtc", group.created().toString())
                .put("lastUpdatedDateTimeUtc", group.updated().toString())
                .put("etag", group.etag());
        if (!group.iotHubs().isEmpty()) {
            json.put("iotHubs", new JsonArray(group.iotHubs()));
        }
        if (group.initialTwin() != null) {
            json.put("initialTwin", twin(group.initialTwin()));
        }
        return json;
    }

    /** AttestationMechanism with both keys. */
    static JsonObject attestation(EnrollmentGroup group) {
        return new JsonObject()
                .put("type", "symmetricKey")
                .put(
                        "symmetricKey",
                        new JsonObject()
                                .put("primaryKey", group.keys().primary())
                                .put("secondaryKey", group.keys().secondary()));
    }

    /**
     * Reads a group. Keys left out are those of {@code before}, or fresh ones for a new group ({@code before} null).
     *
     * @throws ProvisioningException BAD_REQUEST naming the value that is wrong
     */
    EnrollmentGroup read(String id, JsonObject json, EnrollmentGroup before, List<String> linkedHubs) {
        require(
                id.equalsIgnoreCase(string(json, "enrollmentGroupId", id)),
                "enrollmentGroupId of the body is not the one of the path.");
        String status = string(json, "provisioningStatus", "enabled");
        require(Set.of("enabled", "disabled").contains(status), "provisioningStatus must be enabled or disabled.");
        AllocationPolicy allocation = AllocationPolicy.named(string(json, "allocationPolicy", "hashed"))
                .orElseThrow(() -> bad("allocationPolicy must be hashed, geoLatency or static."));
        JsonObject reprovision = object(json, "reprovisionPolicy");
        return new EnrollmentGroup(
                id,
                keys(object(json, "attestation"), before),
                status.equals("enabled"),
                allocation,
                hubs(json, linkedHubs),
                reprovision == null
                        ? ReprovisionPolicy.DEFAULT
                        : new ReprovisionPolicy(
                                flag(reprovision, "updateHubAssignment"), flag(reprovision, "migrateDeviceData")),
                initialTwin(object(json, "initialTwin")),
                object(json, "capabilities") != null && flag(object(json, "capabilities"), "iotEdge"),
                null,
                null,
                null);
    }

    private SymmetricKey keys(JsonObject attestation, EnrollmentGroup before) {
        require(
                attestation != null && "symmetricKey".equals(string(attestation, "type", "")),
                "attestation.type must be symmetricKey; the emulator has no other attestation.");
        JsonObject given = object(attestation, "symmetricKey");
        SymmetricKey base = before == null ? SymmetricKey.generate(random) : before.keys();
        SymmetricKey keys = given == null
                ? base
                : new SymmetricKey(
                        string(given, "primaryKey", base.primary()), string(given, "secondaryKey", base.secondary()));
        require(
                SymmetricKey.isKey(keys.primary()) && SymmetricKey.isKey(keys.secondary()),
                "attestation.symmetricKey: a key must be base64 of 16 to 64 bytes.");
        return keys;
    }

    private static List<String> hubs(JsonObject json, List<String> linkedHubs) {
        Object value = json.getValue("iotHubs");
        require(value == null || value instanceof JsonArray, "iotHubs must be a list of host names.");
        List<String> hubs = value == null
                ? List.of()
                : ((JsonArray) value).stream().map(String::valueOf).toList();
        Set<String> unknown =
                hubs.stream().filter(hub -> !linkedHubs.contains(hub)).collect(Collectors.toSet());
        require(unknown.isEmpty(), "iotHubs names hubs that are not linked: " + unknown);
        return hubs;
    }

    private static InitialTwin initialTwin(JsonObject json) {
        if (json == null) {
            return null;
        }
        JsonObject properties = object(json, "properties");
        return new InitialTwin(object(json, "tags"), properties == null ? null : object(properties, "desired"));
    }

    private static JsonObject twin(InitialTwin twin) {
        JsonObject tags = twin.tags() == null ? new JsonObject() : twin.tags();
        JsonObject desired = twin.desired() == null ? new JsonObject() : twin.desired();
        return new JsonObject().put("tags", tags).put("properties", new JsonObject().put("desired", desired));
    }

    private static String string(JsonObject json, String name, String absent) {
        Object value = json.getValue(name);
        require(value == null || value instanceof String, name + " must be a string.");
        return value == null || ((String) value).isEmpty() ? absent : (String) value;
    }

    private static JsonObject object(JsonObject json, String name) {
        Object value = json.getValue(name);
        require(value == null || value instanceof JsonObject, name + " must be an object.");
        return (JsonObject) value;
    }

    private static boolean flag(JsonObject json, String name) {
        Object value = json.getValue(name);
        require(value == null || value instanceof Boolean, name + " must be true or false.");
        return Boolean.TRUE.equals(value);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw bad(otherwise);
        }
    }

    private static ProvisioningException bad(String message) {
        return new ProvisioningException(ProvisioningError.BAD_REQUEST, message);
    }
}
