package io.drover.worker.azure.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A device template and how its devices are told to move (reference section a.4): by DeviceMove of a component, or of
 * the model itself or an interface that it inherits.
 *
 * @param move empty when there is no DeviceMove that takes an ID scope
 * @param telemetry what its devices may send, the device's own before its components'
 * @param owned the properties that the cloud gives its devices
 */
public record DeviceTemplate(
        String id,
        String displayName,
        Optional<MoveCommand> move,
        List<TelemetryName> telemetry,
        List<OwnedProperty> owned) {
    private static final String COMMAND = "DeviceMove";
    private static final String MOVE_INTERFACE = "dtmi:azureiot:DeviceMigration;1";
    /** Interfaces inherit to ten levels at most (DTDL v2). */
    private static final int DEEPEST = 10;

    public DeviceTemplate {
        telemetry = List.copyOf(telemetry);
        owned = List.copyOf(owned);
    }

    /** A template whose devices own nothing. */
    public DeviceTemplate(String id, String displayName, Optional<MoveCommand> move, List<TelemetryName> telemetry) {
        this(id, displayName, move, telemetry, List.of());
    }

    /**
     * A property that a device is given: a cloud property, or one that is writable and so a desired one of its twin.
     *
     * @param component null for the device's own
     */
    public record OwnedProperty(String component, String name, boolean cloud) {}

    /**
     * A telemetry of a device.
     *
     * @param component null for the device's own
     */
    public record TelemetryName(String component, String name) {}

    /** True when its devices can be told to move. */
    public boolean movable() {
        return move.isPresent();
    }

    static DeviceTemplate of(JsonObject item) {
        JsonObject model = item.getJsonObject("capabilityModel", new JsonObject());
        return new DeviceTemplate(
                item.getString("@id"), item.getString("displayName"), command(model), telemetry(model), owned(model));
    }

    private static List<OwnedProperty> owned(JsonObject model) {
        List<OwnedProperty> properties = new ArrayList<>(owned(null, contents(model, DEEPEST)));
        contents(model, DEEPEST)
                .filter(content -> isA(content, "Component"))
                .forEach(content -> objects(content.getValue("schema"))
                        .forEach(schema ->
                                properties.addAll(owned(content.getString("name"), contents(schema, DEEPEST)))));
        return properties;
    }

    /** Cloud properties have the type Cloud (before that CloudProperty) beside Property. */
    private static List<OwnedProperty> owned(String component, Stream<JsonObject> contents) {
        return contents.filter(content -> content.getString("name") != null)
                .filter(content -> isCloud(content)
                        || (isA(content, "Property") && Boolean.TRUE.equals(content.getValue("writable"))))
                .map(content -> new OwnedProperty(component, content.getString("name"), isCloud(content)))
                .toList();
    }

    private static boolean isCloud(JsonObject content) {
        return isA(content, "Cloud") || isA(content, "CloudProperty");
    }

    private static List<TelemetryName> telemetry(JsonObject model) {
        List<TelemetryName> names = new ArrayList<>(telemetry(null, contents(model, DEEPEST)));
        contents(model, DEEPEST)
                .filter(content -> isA(content, "Component"))
                .forEach(content -> objects(content.getValue("schema"))
                        .forEach(schema ->
                                names.addAll(telemetry(content.getString("name"), contents(schema, DEEPEST)))));
        return names;
    }

    private static List<TelemetryName> telemetry(String component, Stream<JsonObject> contents) {
        return contents.filter(content -> isA(content, "Telemetry"))
                .map(content -> new TelemetryName(component, content.getString("name")))
                .toList();
    }

    /** A component's command comes before the root form: it is what the documents ask for. */
    private static Optional<MoveCommand> command(JsonObject model) {
        return contents(model, DEEPEST)
                .flatMap(content -> ofComponent(content).stream())
                .findFirst()
                .or(() -> request(contents(model, DEEPEST)).map(fields -> new MoveCommand(Optional.empty(), fields)));
    }

    private static Optional<MoveCommand> ofComponent(JsonObject content) {
        if (!isA(content, "Component")) {
            return Optional.empty();
        }
        Optional<String> name = Optional.ofNullable(content.getString("name"));
        if (MOVE_INTERFACE.equals(content.getValue("schema"))) {
            return name.map(known -> new MoveCommand(Optional.of(known), MoveCommand.DOCUMENTED.fields()));
        }
        return content.getValue("schema") instanceof JsonObject schema
                ? request(contents(schema, DEEPEST)).map(fields -> new MoveCommand(name, fields))
                : Optional.empty();
    }

    /** An interface's own contents, then those that it inherits. */
    private static Stream<JsonObject> contents(JsonObject model, int depth) {
        Stream<JsonObject> inherited = depth == 0
                ? Stream.empty()
                : objects(model.getValue("extends")).flatMap(parent -> contents(parent, depth - 1));
        return Stream.concat(objects(model.getValue("contents")), inherited);
    }

    /** The fields that DeviceMove takes, none for a bare text; empty when there is no such command or it takes no scope. */
    private static Optional<Set<String>> request(Stream<JsonObject> contents) {
        return contents.filter(content -> isA(content, "Command") && COMMAND.equals(content.getString("name")))
                .findFirst()
                .flatMap(DeviceTemplate::fields);
    }

    private static Optional<Set<String>> fields(JsonObject command) {
        Object schema = command.getValue("request") instanceof JsonObject request ? request.getValue("schema") : null;
        if (!(schema instanceof JsonObject object)) {
            return "string".equals(schema) ? Optional.of(Set.of()) : Optional.empty();
        }
        Set<String> names = new HashSet<>();
        objects(object.getValue("fields")).forEach(field -> names.add(field.getString("name")));
        return names.contains("idScope") ? Optional.of(names) : Optional.empty();
    }

    /** A list's objects, or the one object that stands for a list of one. */
    private static Stream<JsonObject> objects(Object value) {
        if (value instanceof JsonObject one) {
            return Stream.of(one);
        }
        return value instanceof JsonArray list
                ? list.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                : Stream.empty();
    }

    /** {@code @type} is a string or a list of strings. */
    private static boolean isA(JsonObject content, String type) {
        Object types = content.getValue("@type");
        return type.equals(types) || (types instanceof JsonArray list && list.contains(type));
    }
}
