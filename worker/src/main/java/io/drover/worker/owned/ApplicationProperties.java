package io.drover.worker.owned;

import io.drover.worker.azure.PacedCalls;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.OwnedProperty;
import io.drover.worker.device.DeviceRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What devices own in an IoT Central application: name, organization, and the cloud and writable properties that their
 * template declares. A writable property's value is what the device was asked to take, not what it reported.
 */
public final class ApplicationProperties implements OwnedPlace {
    private static final String COMPONENT = "__t";

    private final CentralClient central;
    private final Map<String, DeviceTemplate> templates;

    /** {@code templates} of the application by id. */
    public ApplicationProperties(CentralClient central, Map<String, DeviceTemplate> templates) {
        this.central = central;
        this.templates = Map.copyOf(templates);
    }

    @Override
    public Future<Optional<OwnedData>> read(String deviceId, OwnedData wanted) {
        boolean properties = !wanted.section("cloud").isEmpty()
                || !wanted.section("writable").isEmpty();
        return central.device(deviceId)
                .compose(device -> device.map(
                                known -> (properties ? read(known) : Future.succeededFuture(OwnedData.of(about(known))))
                                        .map(Optional::of))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())));
    }

    /** All that a device as the application lists it owns; no call where its template declares nothing. */
    public Future<OwnedData> read(CentralDevice device) {
        List<OwnedProperty> declared = declared(device.template());
        return declared.isEmpty()
                ? Future.succeededFuture(OwnedData.of(about(device)))
                : central.properties(device.id())
                        .map(properties -> OwnedData.of(about(device).mergeIn(owned(declared, properties))));
    }

    /** What these devices own, by id; one that {@code lookup} does not find is left out. */
    public Future<Map<String, OwnedData>> read(
            List<DeviceRow> devices, Function<String, Future<Optional<CentralDevice>>> lookup) {
        Map<String, OwnedData> found = new ConcurrentHashMap<>();
        return PacedCalls.each(
                        devices,
                        row -> lookup.apply(row.deviceId())
                                .compose(device -> device.isEmpty()
                                        ? Future.succeededFuture()
                                        : read(device.get()).onSuccess(owned -> found.put(row.deviceId(), owned))))
                .map(done -> found);
    }

    /** Whether devices of a template that the application has own anything that a call of its own reads. */
    public boolean declaresAny() {
        return templates.values().stream()
                .anyMatch(template -> !template.owned().isEmpty());
    }

    @Override
    public Future<Optional<OwnedData>> write(String deviceId, OwnedData there, OwnedData values) {
        JsonObject about = new JsonObject();
        if (values.value("displayName") != null) {
            about.put("displayName", values.value("displayName"));
        }
        if (values.value("organization") != null) {
            about.put("organizations", new JsonArray().add(values.value("organization")));
        }
        Future<Void> device = about.isEmpty() ? Future.succeededFuture() : central.patchDevice(deviceId, about);
        return device.compose(done -> writeProperties(deviceId, values, (String) there.value("template")))
                .map(done -> Optional.empty());
    }

    private Future<Void> writeProperties(String deviceId, OwnedData values, String template) {
        JsonObject own = values.section("cloud").mergeIn(values.section("writable"), true);
        Future<Void> all = Future.succeededFuture();
        for (String component : components(template)) {
            if (own.getValue(component) instanceof JsonObject part) {
                own.remove(component);
                part.remove(COMPONENT);
                all = part.isEmpty()
                        ? all
                        : all.compose(done -> central.patchProperties(deviceId, Optional.of(component), part));
            }
        }
        return own.isEmpty() ? all : all.compose(done -> central.patchProperties(deviceId, Optional.empty(), own));
    }

    @Override
    public Optional<String> refuses(OwnedData there, String path) {
        if (path.equals("displayName") || path.equals("organization")) {
            return Optional.empty();
        }
        String template = (String) there.value("template");
        String[] parts = path.split("\\.", -1);
        String section = parts[0];
        boolean marker = parts.length == 3 && COMPONENT.equals(parts[2]);
        boolean declared = declared(template).stream()
                .filter(property -> property.cloud() == section.equals("cloud"))
                .anyMatch(property -> property.component() == null
                        ? parts.length > 1 && property.name().equals(parts[1])
                        : parts.length > 2
                                && property.component().equals(parts[1])
                                && (marker || property.name().equals(parts[2])));
        return declared
                ? Optional.empty()
                : Optional.of(
                        template == null
                                ? "the device has no template"
                                : template + " declares no such " + (section.equals("cloud") ? "cloud" : "writable")
                                        + " property");
    }

    /** What a device of a template could own: every path that there is, with no value of meaning. */
    public static OwnedData possible(DeviceTemplate template) {
        JsonObject all = new JsonObject()
                .put("template", template.id())
                .put("displayName", "")
                .put("organization", "")
                .put("cloud", new JsonObject())
                .put("writable", new JsonObject());
        template.owned()
                .forEach(property -> put(all.getJsonObject(property.cloud() ? "cloud" : "writable"), property, ""));
        return OwnedData.of(all);
    }

    private List<OwnedProperty> declared(String template) {
        DeviceTemplate known = template == null ? null : templates.get(template);
        return known == null ? List.of() : known.owned();
    }

    private List<String> components(String template) {
        return declared(template).stream()
                .map(OwnedProperty::component)
                .filter(component -> component != null)
                .distinct()
                .toList();
    }

    /** A name that is the device's id is nobody's choice. */
    private static JsonObject about(CentralDevice device) {
        JsonObject about = new JsonObject().put("template", device.template());
        if (device.displayName() != null && !device.displayName().equals(device.id())) {
            about.put("displayName", device.displayName());
        }
        if (!device.organizations().isEmpty()) {
            about.put("organization", device.organizations().get(0));
        }
        return about;
    }

    /** Components keep the marker that they have in a twin (IoT Plug and Play). */
    private static JsonObject owned(List<OwnedProperty> declared, JsonObject properties) {
        JsonObject cloud = new JsonObject();
        JsonObject writable = new JsonObject();
        for (OwnedProperty property : declared) {
            JsonObject shown = property.component() == null
                    ? properties
                    : properties.getJsonObject(property.component(), new JsonObject());
            JsonObject about =
                    shown.getJsonObject("$metadata", new JsonObject()).getJsonObject(property.name(), new JsonObject());
            Object value = property.cloud() ? shown.getValue(property.name()) : about.getValue("desiredValue");
            if (value != null) {
                put(property.cloud() ? cloud : writable, property, value);
            }
        }
        return new JsonObject().put("cloud", cloud).put("writable", writable);
    }

    private static void put(JsonObject section, OwnedProperty property, Object value) {
        if (property.component() == null) {
            section.put(property.name(), value);
            return;
        }
        if (!section.containsKey(property.component())) {
            JsonObject part = new JsonObject();
            section.put(property.component(), property.cloud() ? part : part.put(COMPONENT, "c"));
        }
        section.getJsonObject(property.component()).put(property.name(), value);
    }
}
