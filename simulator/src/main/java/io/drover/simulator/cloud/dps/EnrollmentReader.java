package io.drover.simulator.cloud.dps;

import static io.drover.simulator.cloud.dps.JsonFields.require;

import io.drover.simulator.cloud.hub.HubDevice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads enrollments of the service API with every value checked. Throws BAD_REQUEST naming the value that is wrong. */
final class EnrollmentReader {
    private static final Pattern GROUP_ID = Pattern.compile("[^/?#%]{1,128}");

    private final AttestationReader attestations;

    EnrollmentReader(RandomGenerator random) {
        this.attestations = new AttestationReader(random);
    }

    /** @param before the group there is, or null */
    EnrollmentGroup group(String id, JsonObject json, EnrollmentGroup before, List<String> linkedHubs) {
        require(GROUP_ID.matcher(id).matches(), "enrollmentGroupId must be 1 to 128 characters without / ? # %.");
        require(
                id.equalsIgnoreCase(JsonFields.string(json, "enrollmentGroupId", id)),
                "enrollmentGroupId of the body is not the one of the path.");
        return new EnrollmentGroup(
                id,
                attestations.read(
                        JsonFields.object(json, "attestation"), before == null ? null : before.attestation(), true),
                settings(json, linkedHubs),
                null,
                null,
                null);
    }

    /** @param before the enrollment there is, or null */
    IndividualEnrollment individual(String id, JsonObject json, IndividualEnrollment before, List<String> linkedHubs) {
        require(
                id.equalsIgnoreCase(JsonFields.string(json, "registrationId", id)),
                "registrationId of the body is not the one of the path.");
        String deviceId = JsonFields.string(json, "deviceId", null);
        require(deviceId == null || HubDevice.isDeviceId(deviceId), "deviceId is not one that a hub takes.");
        return new IndividualEnrollment(
                id,
                deviceId,
                attestations.read(
                        JsonFields.object(json, "attestation"), before == null ? null : before.attestation(), false),
                settings(json, linkedHubs),
                JsonFields.object(json, "optionalDeviceInformation"),
                null,
                null,
                null);
    }

    private static EnrollmentSettings settings(JsonObject json, List<String> linkedHubs) {
        String status = JsonFields.string(json, "provisioningStatus", "enabled");
        require(Set.of("enabled", "disabled").contains(status), "provisioningStatus must be enabled or disabled.");
        AllocationPolicy allocation = AllocationPolicy.named(JsonFields.string(json, "allocationPolicy", "hashed"))
                .orElseThrow(() -> JsonFields.bad("allocationPolicy must be hashed, geoLatency, static or custom."));
        JsonObject reprovision = JsonFields.object(json, "reprovisionPolicy");
        JsonObject capabilities = JsonFields.object(json, "capabilities");
        return new EnrollmentSettings(
                status.equals("enabled"),
                allocation,
                hubs(json, linkedHubs),
                custom(json, allocation),
                reprovision == null
                        ? ReprovisionPolicy.DEFAULT
                        : new ReprovisionPolicy(
                                JsonFields.flag(reprovision, "updateHubAssignment"),
                                JsonFields.flag(reprovision, "migrateDeviceData")),
                InitialTwinJson.read(JsonFields.object(json, "initialTwin")),
                capabilities != null && JsonFields.flag(capabilities, "iotEdge"));
    }

    private static List<String> hubs(JsonObject json, List<String> linkedHubs) {
        JsonArray value = JsonFields.array(json, "iotHubs");
        List<String> hubs =
                value == null ? List.of() : value.stream().map(String::valueOf).toList();
        Set<String> unknown =
                hubs.stream().filter(hub -> !linkedHubs.contains(hub)).collect(Collectors.toSet());
        require(unknown.isEmpty(), "iotHubs names hubs that are not linked: " + unknown);
        return hubs;
    }

    private static CustomAllocation custom(JsonObject json, AllocationPolicy allocation) {
        JsonObject definition = JsonFields.object(json, "customAllocationDefinition");
        if (allocation != AllocationPolicy.CUSTOM) {
            return null;
        }
        require(definition != null, "customAllocationDefinition is required for allocationPolicy custom.");
        String url = JsonFields.string(definition, "webhookUrl", "");
        String version = JsonFields.string(definition, "apiVersion", "");
        require(isWebAddress(url), "customAllocationDefinition.webhookUrl must be an http or https address.");
        require(!version.isEmpty(), "customAllocationDefinition.apiVersion is required.");
        return new CustomAllocation(url, version);
    }

    private static boolean isWebAddress(String text) {
        try {
            URI address = URI.create(text);
            return address.getHost() != null && Set.of("http", "https").contains(address.getScheme());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
