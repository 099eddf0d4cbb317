package io.drover.simulator.cloud.arm;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What the resource manager shows of one emulated service.
 *
 * @param body the item without id, name, type, which all resources share; asked for at each read, so it is current
 * @param policies the keys of {@code listkeys}; empty for an IoT Central application, which has none
 */
public record Resource(
        Type type,
        String subscriptionId,
        String resourceGroup,
        String name,
        Supplier<JsonObject> body,
        Supplier<List<AccessPolicy>> policies) {

    /** The resource types the emulator knows, with their API versions and the prefix of their key operations. */
    public enum Type {
        IOT_CENTRAL("Microsoft.IoTCentral", "iotApps", "2021-06-01", null),
        PROVISIONING_SERVICE("Microsoft.Devices", "provisioningServices", "2022-02-05", "keys"),
        IOT_HUB("Microsoft.Devices", "IotHubs", "2023-06-30", "IotHubKeys");

        private final String provider;
        private final String collection;
        private final String apiVersion;
        private final String keysSegment;

        Type(String provider, String collection, String apiVersion, String keysSegment) {
            this.provider = provider;
            this.collection = collection;
            this.apiVersion = apiVersion;
            this.keysSegment = keysSegment;
        }

        public String fullName() {
            return provider + "/" + collection;
        }

        String provider() {
            return provider;
        }

        String collection() {
            return collection;
        }

        String apiVersion() {
            return apiVersion;
        }

        String keysSegment() {
            return keysSegment;
        }
    }

    /** The resource id; it is compared without regard to case, as documented. */
    public String id() {
        return "/subscriptions/" + subscriptionId + "/resourceGroups/" + resourceGroup + "/providers/" + type.fullName()
                + "/" + name;
    }

    String key() {
        return id().toLowerCase(Locale.ROOT);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("id", id())
                .put("name", name)
                .put("type", type.fullName())
                .mergeIn(body.get());
    }
}
