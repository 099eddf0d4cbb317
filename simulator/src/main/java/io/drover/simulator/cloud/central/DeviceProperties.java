package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.DeviceModel.Part;
import io.drover.simulator.cloud.central.DeviceModel.Property;
import io.drover.simulator.cloud.central.DeviceModel.PropertyKind;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Properties of an application's devices. Writable ones are desired properties of the internal hub's twin, reported ones are the
 * device's own; cloud properties are kept here, for the few devices that have any. Thread-safe.
 */
final class DeviceProperties {
    private static final String METADATA = "$metadata";

    private final Hub hub;
    private final Clock clock;
    /** By device, then by name: {@code {"value":…,"at":…}}. Values are never changed in place. */
    private final Map<String, JsonObject> cloud = new ConcurrentHashMap<>();

    DeviceProperties(Hub hub, Clock clock) {
        this.hub = hub;
        this.clock = clock;
    }

    /** The properties of one part, as documented with {@code $metadata}. */
    JsonObject read(String deviceId, Part part) {
        JsonObject twin = twin(deviceId);
        JsonObject desired = twin.getJsonObject("desired");
        JsonObject reported = twin.getJsonObject("reported");
        JsonObject cloudValues = cloud.getOrDefault(deviceId, new JsonObject());
        JsonObject shown = new JsonObject();
        JsonObject metadata = new JsonObject();
        part.properties().forEach((name, property) -> {
            JsonObject about = new JsonObject();
            if (property.kind() == PropertyKind.CLOUD) {
                JsonObject kept = cloudValues.getJsonObject(cloudKey(part, name));
                if (kept != null) {
                    shown.put(name, kept.getValue("value"));
                    about.put("lastUpdateTime", kept.getString("at"));
                }
            } else {
                PropertyView.of(part.component(), name, desired, reported).addTo(name, shown, about);
            }
            if (!about.isEmpty()) {
                metadata.put(name, about);
            }
        });
        return shown.put(METADATA, metadata);
    }

    /** Values of the cloud properties by name, of components by {@code component.name}. */
    JsonObject cloudValues(String deviceId) {
        JsonObject values = new JsonObject();
        cloud.getOrDefault(deviceId, new JsonObject())
                .forEach(kept -> values.put(kept.getKey(), ((JsonObject) kept.getValue()).getValue("value")));
        return values;
    }

    /** The value of one property, whatever its kind; null when it has none. */
    Object value(CentralDevice device, DeviceTemplate template, String path) {
        int dot = path.indexOf('.');
        String component = dot < 0 ? null : path.substring(0, dot);
        return template.model()
                .part(null, component)
                .map(part -> {
                    JsonObject read = read(device.id(), part);
                    String name = path.substring(dot + 1);
                    Object value = read.getValue(name);
                    JsonObject about = read.getJsonObject(METADATA).getJsonObject(name);
                    return value != null || about == null ? value : about.getValue("desiredValue");
                })
                .orElse(null);
    }

    /**
     * Writes properties of one part: cloud properties here, writable ones to the device.
     *
     * @param replace whether those not named are removed
     * @return what was written, in the documented shape of the answer
     * @throws CentralException for a name the part does not declare as writable, or a value of another schema
     */
    JsonObject write(String deviceId, Part part, JsonObject body, boolean replace) {
        JsonObject desired = new JsonObject();
        JsonObject cloudPatch = new JsonObject();
        for (String name : body.fieldNames()) {
            if (!name.startsWith("$")) {
                Property property = writable(part, name, body.getValue(name));
                (property.kind() == PropertyKind.CLOUD ? cloudPatch : desired).put(name, body.getValue(name));
            }
        }
        if (replace) {
            part.properties().forEach((name, property) -> {
                if (property.kind() == PropertyKind.WRITABLE && !desired.containsKey(name)) {
                    desired.putNull(name);
                } else if (property.kind() == PropertyKind.CLOUD && !cloudPatch.containsKey(name)) {
                    cloudPatch.putNull(name);
                }
            });
        }
        if (!desired.isEmpty()) {
            send(deviceId, part.component(), desired);
        }
        if (!cloudPatch.isEmpty()) {
            keep(deviceId, part, cloudPatch);
        }
        return answer(desired, cloudPatch);
    }

    /** Forgets the cloud properties of a device that is gone. */
    void forget(String deviceId) {
        cloud.remove(deviceId);
    }

    private JsonObject twin(String deviceId) {
        return hub.device(deviceId)
                .map(device -> device.twin().properties(true))
                .orElseGet(
                        () -> new JsonObject().put("desired", new JsonObject()).put("reported", new JsonObject()));
    }

    private void send(String deviceId, String component, JsonObject values) {
        // A component's part of a twin carries this marker, as documented for IoT Plug and Play.
        JsonObject patch = component == null
                ? values
                : new JsonObject().put(component, values.copy().put("__t", "c"));
        if (hub.device(deviceId).isEmpty()) {
            // Not registered yet: the identity waits for the device with keys nobody has, until DPS sets the real ones.
            hub.create(deviceId, hub.newCredential());
        }
        try {
            hub.patchDesired(deviceId, patch, clock.instant());
        } catch (HubException refused) {
            throw CentralException.unprocessable(refused.getMessage());
        }
    }

    private void keep(String deviceId, Part part, JsonObject patch) {
        String now = clock.instant().toString();
        cloud.compute(deviceId, (id, before) -> {
            JsonObject after = before == null ? new JsonObject() : before.copy();
            for (String name : patch.fieldNames()) {
                if (patch.getValue(name) == null) {
                    after.remove(cloudKey(part, name));
                } else {
                    after.put(
                            cloudKey(part, name),
                            new JsonObject().put("value", patch.getValue(name)).put("at", now));
                }
            }
            return after.isEmpty() ? null : after;
        });
    }

    private static String cloudKey(Part part, String name) {
        return part.component() == null ? name : part.component() + "." + name;
    }

    private static JsonObject answer(JsonObject desired, JsonObject cloudPatch) {
        JsonObject answer = new JsonObject();
        JsonObject metadata = new JsonObject();
        cloudPatch.stream()
                .filter(entry -> Objects.nonNull(entry.getValue()))
                .forEach(entry -> answer.put(entry.getKey(), entry.getValue()));
        desired.stream()
                .filter(entry -> Objects.nonNull(entry.getValue()))
                .forEach(entry -> metadata.put(entry.getKey(), new JsonObject().put("desiredValue", entry.getValue())));
        return answer.put(METADATA, metadata);
    }

    private static Property writable(Part part, String name, Object value) {
        Property property = part.properties().get(name);
        if (property == null) {
            throw CentralException.unprocessable("The device template declares no property '" + name + "' here.");
        }
        if (property.kind() == PropertyKind.REPORTED) {
            throw CentralException.unprocessable("The property '" + name + "' is read-only.");
        }
        if (value != null && !PropertySchema.accepts(property.schema(), value)) {
            throw CentralException.unprocessable(
                    "The value of '" + name + "' does not have the schema " + property.schema() + ".");
        }
        return property;
    }
}
