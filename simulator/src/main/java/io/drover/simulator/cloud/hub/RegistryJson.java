package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/** The registry's JSON forms of a device: identity and twin, as in the service API 2021-04-12. */
final class RegistryJson {
    /** What the hub writes for an instant that has not come. */
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private RegistryJson() {}

    static JsonObject identity(HubDevice device, Instant now) {
        IdentitySettings settings = device.settings();
        JsonObject json = new JsonObject().put("deviceId", device.deviceId());
        putIfPresent(json, "moduleId", device.moduleId());
        json.put("generationId", device.generationId())
                .put("etag", etag(device))
                .put("connectionState", device.connectionState().wireName());
        if (device.moduleId() == null) {
            json.put("status", status(settings))
                    .put("statusReason", settings.statusReason())
                    .put("statusUpdatedTime", time(device.statusUpdated()))
                    .put("capabilities", new JsonObject().put("iotEdge", settings.iotEdge()));
            putIfPresent(json, "deviceScope", settings.scope());
        }
        return json.put("connectionStateUpdatedTime", time(device.connectionStateUpdated()))
                .put("lastActivityTime", time(device.lastActivityTime()))
                .put("cloudToDeviceMessageCount", device.messageCount(now))
                .put("authentication", authentication(settings.credential()));
    }

    private static JsonObject authentication(DeviceCredential credential) {
        SymmetricKey key = credential.symmetricKey();
        return new JsonObject()
                .put(
                        "symmetricKey",
                        new JsonObject()
                                .put("primaryKey", key == null ? null : key.primary())
                                .put("secondaryKey", key == null ? null : key.secondary()))
                .put("x509Thumbprint", thumbprints(credential))
                .put("type", credential.type());
    }

    private static JsonObject thumbprints(DeviceCredential credential) {
        return new JsonObject()
                .put("primaryThumbprint", credential.primaryThumbprint())
                .put("secondaryThumbprint", credential.secondaryThumbprint());
    }

    static JsonObject twin(HubDevice device, Instant now) {
        Twin twin = device.twin();
        IdentitySettings settings = device.settings();
        JsonObject json = new JsonObject().put("deviceId", device.deviceId());
        putIfPresent(json, "moduleId", device.moduleId());
        json.put("etag", twinEtag(device))
                .put("deviceEtag", etag(device))
                .put("status", status(settings))
                .put("statusUpdateTime", time(device.statusUpdated()))
                .put("connectionState", device.connectionState().wireName())
                .put("lastActivityTime", time(device.lastActivityTime()))
                .put("cloudToDeviceMessageCount", device.messageCount(now))
                .put("authenticationType", settings.credential().type())
                .put("x509Thumbprint", thumbprints(settings.credential()));
        putIfPresent(json, "modelId", device.modelId());
        return json.put("version", twin.version())
                .put("tags", twin.tags())
                .put("properties", twin.properties(true))
                .put("capabilities", new JsonObject().put("iotEdge", settings.iotEdge()));
    }

    private static void putIfPresent(JsonObject json, String name, String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    static String twinEtag(HubDevice device) {
        byte[] version =
                ByteBuffer.allocate(Long.BYTES).putLong(device.twin().version()).array();
        return Base64.getEncoder().encodeToString(version);
    }

    static String etag(HubDevice device) {
        return Base64.getEncoder().encodeToString(device.etag().getBytes(StandardCharsets.US_ASCII));
    }

    static String status(IdentitySettings settings) {
        return settings.enabled() ? "enabled" : "disabled";
    }

    static String time(Instant instant) {
        return instant == null ? NEVER : instant.toString();
    }
}
