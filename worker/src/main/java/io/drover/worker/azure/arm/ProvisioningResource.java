package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** A Device Provisioning Service as ARM lists it; the hubs are host names. */
public record ProvisioningResource(
        String id, String name, String idScope, String serviceHost, String deviceHost, List<String> linkedHubs) {
    public ProvisioningResource {
        linkedHubs = List.copyOf(linkedHubs);
    }

    static ProvisioningResource of(JsonObject item) {
        JsonObject properties = item.getJsonObject("properties", new JsonObject());
        JsonArray hubs = properties.getJsonArray("iotHubs", new JsonArray());
        List<String> names = new ArrayList<>();
        for (int i = 0; i < hubs.size(); i++) {
            names.add(hubs.getJsonObject(i).getString("name"));
        }
        return new ProvisioningResource(
                item.getString("id"),
                item.getString("name"),
                properties.getString("idScope"),
                properties.getString("serviceOperationsHostName"),
                properties.getString("deviceProvisioningHostName"),
                names);
    }
}
