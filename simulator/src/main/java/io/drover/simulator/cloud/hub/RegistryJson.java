package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** The registry's JSON forms of a device: identity and twin, as in the service API 2021-04-12. */
final class RegistryJson {
    /** What the hub writes for an instant that has not come. */
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private RegistryJson() {}

    static JsonObject identity(HubDevice device) {
        SymmetricKey key = device.credential().symmetricKey();
        return new JsonObject()
                .put("deviceId", device.deviceId())
                .put("generationId", device.generationId())
                .put("etag", device.etag())
                .put("connectionState", device.connectionState().wireName())
                .put("status", status(device))
                .put("connectionStateUpdatedTime", time(device.connectionStateUpdated()))
                .put("lastActivityTime", time(device.lastActivityTime()))
                .put("cloudToDeviceMessageCount", 0)
                .put("capabilities", new JsonObject().put("iotEdge", false))
                .put(
                        "authentication",
                        new JsonObject()
                                .put(
                                        "symmetricKey",
                                        new JsonObject()
                                                .put("primaryKey", key.primary())
                                                .put("secondaryKey", key.secondary()))
                                .put("type", device.credential().type()));
    }

    static JsonObject twin(HubDevice device) {
        Twin twin = device.twin();
        return new JsonObject()
                .put("deviceId", device.deviceId())
                .put("etag", twinEtag(device))
                .put("deviceEtag", device.etag())
                .put("status", status(device))
                .put("connectionState", device.connectionState().wireName())
                .put("lastActivityTime", time(device.lastActivityTime()))
                .put("cloudToDeviceMessageCount", 0)
                .put("authenticationType", device.credential().type())
                .put("version", twin.version())
                .put("tags", twin.tags())
                .put("properties", twin.properties(true))
                .put("capabilities", new JsonObject().put("iotEdge", false));
    }

    static String twinEtag(HubDevice device) {
        byte[] version =
                ByteBuffer.allocate(Long.BYTES).putLong(device.twin().version()).array();
        return Base64.getEncoder().encodeToString(version);
    }

    /** The value a query's path names, null when it is not defined; reads only what it needs of the device. */
    static Object value(HubDevice device, List<String> path) {
        return switch (path.get(0)) {
            case "deviceId" -> device.deviceId();
            case "connectionState" -> device.connectionState().wireName();
            case "status" -> status(device);
            case "lastActivityTime" -> time(device.lastActivityTime());
            case "authenticationType" -> device.credential().type();
            case "tags" -> below(device.twin().tags(), path);
            case "properties" -> below(device.twin().properties(true), path);
            default -> below(twin(device).getValue(path.get(0)), path);
        };
    }

    private static Object below(Object value, List<String> path) {
        Object at = value;
        for (String name : path.subList(1, path.size())) {
            at = at instanceof JsonObject object ? object.getValue(name) : null;
        }
        return at;
    }

    private static String status(HubDevice device) {
        return device.enabled() ? "enabled" : "disabled";
    }

    private static String time(Instant instant) {
        return instant == null ? NEVER : instant.toString();
    }
}
