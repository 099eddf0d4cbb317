package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * A Device Provisioning Service as ARM lists it; the hubs are host names.
 *
 * @param state {@code Active} for one that works
 * @param unallocatedHubs linked ones that its allocation policy passes over, so that only enrollments that name them use them
 */
public record ProvisioningResource(
        String id,
        String name,
        String idScope,
        String serviceHost,
        String deviceHost,
        List<String> linkedHubs,
        String state,
        List<String> unallocatedHubs) {
    public ProvisioningResource {
        linkedHubs = List.copyOf(linkedHubs);
        unallocatedHubs = List.copyOf(unallocatedHubs);
    }

    static ProvisioningResource of(JsonObject item) {
        JsonObject properties = item.getJsonObject("properties", new JsonObject());
        JsonArray hubs = properties.getJsonArray("iotHubs", new JsonArray());
        List<String> names = new ArrayList<>();
        List<String> unallocated = new ArrayList<>();
        for (int i = 0; i < hubs.size(); i++) {
            JsonObject link = hubs.getJsonObject(i);
            names.add(link.getString("name"));
            if (!link.getBoolean("applyAllocationPolicy", true)) {
                unallocated.add(link.getString("name"));
            }
        }
        return new ProvisioningResource(
                item.getString("id"),
                item.getString("name"),
                properties.getString("idScope"),
                properties.getString("serviceOperationsHostName"),
                properties.getString("deviceProvisioningHostName"),
                names,
                properties.getString("state", "Active"),
                unallocated);
    }
}
