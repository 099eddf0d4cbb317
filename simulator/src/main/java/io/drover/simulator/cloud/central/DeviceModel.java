package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a template's capability model declares, inherited interfaces ({@code extends}) included: the device itself, its components, its
 * modules and their components. An interface named only by its id counts when the same document has it; one that has not is taken
 * as empty, because the emulator knows no model repository.
 */
record DeviceModel(Map<String, Part> parts) {
    private static final int MAX_INHERITANCE = 10;

    /** The kinds of properties: reported by the device, written from the cloud to the device, or the cloud's own. */
    enum PropertyKind {
        REPORTED,
        WRITABLE,
        CLOUD
    }

    /** A property with its DTDL schema, null unless that is a primitive one. */
    record Property(PropertyKind kind, String schema) {}

    /**
     * The device, a component, a module, or a component of a module.
     *
     * @param module null for the device's own parts
     * @param component null for the device or module itself
     */
    record Part(
            String module,
            String component,
            String displayName,
            String description,
            Set<String> commands,
            Map<String, Property> properties,
            Set<String> telemetry) {}

    DeviceModel {
        parts = Map.copyOf(parts);
    }

    /** Reads a capability model. */
    static DeviceModel of(JsonObject capabilityModel) {
        Map<String, JsonObject> named = new LinkedHashMap<>();
        collect(capabilityModel, named, 0);
        Map<String, Part> parts = new LinkedHashMap<>();
        add(parts, named, null, capabilityModel, capabilityModel);
        return new DeviceModel(parts);
    }

    Optional<Part> part(String module, String component) {
        return Optional.ofNullable(parts.get(key(module, component)));
    }

    Part root() {
        return parts.get(key(null, null));
    }

    /** The components of the device (module null) or of a module, in the order of names. */
    Stream<Part> components(String module) {
        return parts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .filter(part -> part.component() != null
                        && (module == null ? part.module() == null : module.equals(part.module())));
    }

    /** The modules in the order of names. */
    Stream<Part> modules() {
        return parts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .filter(part -> part.module() != null && part.component() == null);
    }

    private static String key(String module, String component) {
        return (module == null ? "" : module) + "/" + (component == null ? "" : component);
    }

    private static void add(
            Map<String, Part> parts,
            Map<String, JsonObject> named,
            String module,
            JsonObject model,
            JsonObject described) {
        Collection<JsonObject> contents = contents(model, named, 0);
        parts.put(key(module, null), part(module, null, described, contents));
        for (JsonObject content : contents) {
            String name = content.getString("name");
            if (hasType(content, "Component")) {
                JsonObject schema = resolved(content.getValue("schema"), named);
                parts.put(key(module, name), part(module, name, content, contents(schema, named, 0)));
            } else if (module == null && hasType(content, "EdgeModule")) {
                Object target = content.getValue("target");
                Object first = target instanceof JsonArray list && !list.isEmpty() ? list.getValue(0) : target;
                add(parts, named, name, resolved(first, named), content);
            }
        }
    }

    private static Part part(String module, String component, JsonObject described, Collection<JsonObject> contents) {
        Set<String> commands = new LinkedHashSet<>();
        Set<String> telemetry = new LinkedHashSet<>();
        Map<String, Property> properties = new LinkedHashMap<>();
        for (JsonObject content : contents) {
            String name = content.getString("name");
            if (hasType(content, "Command")) {
                commands.add(name);
            } else if (hasType(content, "Telemetry")) {
                telemetry.add(name);
            } else if (hasType(content, "Property")) {
                PropertyKind kind = hasType(content, "Cloud")
                        ? PropertyKind.CLOUD
                        : Boolean.TRUE.equals(content.getValue("writable"))
                                ? PropertyKind.WRITABLE
                                : PropertyKind.REPORTED;
                properties.put(name, new Property(kind, content.getValue("schema") instanceof String s ? s : null));
            }
        }
        return new Part(
                module,
                component,
                text(described.getValue("displayName")),
                text(described.getValue("description")),
                Set.copyOf(commands),
                Map.copyOf(properties),
                Set.copyOf(telemetry));
    }

    /** The contents of an interface with those it inherits; its own come first. */
    private static Collection<JsonObject> contents(JsonObject model, Map<String, JsonObject> named, int depth) {
        Map<String, JsonObject> contents = new LinkedHashMap<>();
        if (depth > MAX_INHERITANCE) {
            throw new IllegalArgumentException("extends goes deeper than " + MAX_INHERITANCE + " interfaces.");
        }
        values(model.getValue("contents"))
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .forEach(content -> contents.putIfAbsent(name(content), content));
        values(model.getValue("extends"))
                .map(base -> resolved(base, named))
                .forEach(base -> contents(base, named, depth + 1)
                        .forEach(content -> contents.putIfAbsent(name(content), content)));
        return contents.values();
    }

    private static String name(JsonObject content) {
        if (content.getValue("name") instanceof String name && !name.isBlank()) {
            return name;
        }
        throw new IllegalArgumentException("Every entry of contents needs a name.");
    }

    /** Every interface of the document that has an id, for references to it. */
    private static void collect(Object value, Map<String, JsonObject> named, int depth) {
        if (depth > 4 * MAX_INHERITANCE) {
            throw new IllegalArgumentException("The template is nested too deeply.");
        }
        if (value instanceof JsonObject object) {
            if (object.getValue("@id") instanceof String id && object.containsKey("contents")) {
                named.putIfAbsent(id, object);
            }
            object.fieldNames().forEach(name -> collect(object.getValue(name), named, depth + 1));
        } else if (value instanceof JsonArray array) {
            array.stream().forEach(item -> collect(item, named, depth + 1));
        }
    }

    private static JsonObject resolved(Object schema, Map<String, JsonObject> named) {
        if (schema instanceof JsonObject object) {
            return object;
        }
        JsonObject found = schema instanceof String id ? named.get(id) : null;
        return found == null ? new JsonObject() : found;
    }

    private static Stream<Object> values(Object value) {
        return value instanceof JsonArray array ? array.stream() : Stream.ofNullable(value);
    }

    private static boolean hasType(JsonObject content, String type) {
        return values(content.getValue("@type")).anyMatch(type::equals);
    }

    /** DTDL allows a text for each language; the first one is taken. */
    private static String text(Object value) {
        if (value instanceof JsonObject languages && !languages.isEmpty()) {
            return String.valueOf(languages.iterator().next().getValue());
        }
        return value == null ? null : String.valueOf(value);
    }
}
