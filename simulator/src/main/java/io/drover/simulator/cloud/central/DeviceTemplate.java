package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A device template.
 *
 * @param model what its capability model declares
 * @param document the whole template as JSON text, as the REST API shows it
 */
public record DeviceTemplate(String id, String displayName, DeviceModel model, String document) {
    /** The interface a component implements to be movable; its name must be {@code migration}, as documented. */
    public static final String MIGRATION_INTERFACE = "dtmi:azureiot:DeviceMigration;1";

    /** Whether the device, component or module part declares the command. */
    boolean hasCommand(String module, String component, String command) {
        return model.part(module, component)
                .filter(part -> part.commands().contains(command))
                .isPresent();
    }

    /** A small template with one telemetry value and the move command where asked. */
    public static DeviceTemplate of(String id, String displayName, MoveCommand move) {
        JsonArray contents = new JsonArray()
                .add(new JsonObject()
                        .put("@type", "Telemetry")
                        .put("name", "temperature")
                        .put("displayName", "Temperature")
                        .put("schema", "double"));
        switch (move) {
            case COMPONENT ->
                contents.add(new JsonObject()
                        .put("@type", "Component")
                        .put("name", "migration")
                        .put("displayName", "Device migration")
                        .put(
                                "schema",
                                new JsonObject()
                                        .put("@id", MIGRATION_INTERFACE)
                                        .put("@type", "Interface")
                                        .put("displayName", "Device migration")
                                        .put("contents", new JsonArray().add(moveCommand()))));
            case ROOT -> contents.add(moveCommand());
            case NONE -> {}
        }
        JsonObject model = new JsonObject()
                .put("@id", modelId(id))
                .put("@type", "Interface")
                .put("displayName", displayName)
                .put("contents", contents);
        return of(
                id,
                new JsonObject()
                        .put("@type", new JsonArray().add("ModelDefinition").add("DeviceModel"))
                        .put(
                                "@context",
                                new JsonArray().add("dtmi:iotcentral:context;2").add("dtmi:dtdl:context;2"))
                        .put("displayName", displayName)
                        .put("capabilityModel", model));
    }

    /**
     * A template from the document a client sent.
     *
     * @throws IllegalArgumentException saying what is wrong with the document
     */
    public static DeviceTemplate of(String id, JsonObject sent) {
        Object model = sent.getValue("capabilityModel");
        if (!(model instanceof JsonObject capabilityModel)) {
            throw new IllegalArgumentException("capabilityModel is required and must be an object.");
        }
        if (id.equals(capabilityModel.getValue("@id"))) {
            throw new IllegalArgumentException("The template and its capabilityModel must not share one @id.");
        }
        Object given = sent.getValue("@id");
        if (given != null && !given.equals(id)) {
            throw new IllegalArgumentException("@id must be the id of the path, '" + id + "'.");
        }
        Object name = sent.getValue("displayName");
        String displayName = name instanceof String text ? text : id;
        JsonObject document = sent.copy().put("@id", id).put("displayName", displayName);
        document.remove("etag");
        return new DeviceTemplate(id, displayName, DeviceModel.of(capabilityModel), document.encode());
    }

    /** The direct method a command becomes on the device, as documented. */
    static String method(String component, String command) {
        return component == null ? command : component + "*" + command;
    }

    private static String modelId(String templateId) {
        int version = templateId.lastIndexOf(';');
        return version < 0
                ? templateId + ":model;1"
                : templateId.substring(0, version) + ":model" + templateId.substring(version);
    }

    private static JsonObject moveCommand() {
        JsonArray fields = new JsonArray();
        for (String field :
                new String[] {"idScope", "dpsName", "dpsId", "centralAppName", "centralAppSubdomain", "deviceTemplateId"
                }) {
            fields.add(new JsonObject()
                    .put("name", field)
                    .put("displayName", field)
                    .put("schema", "string"));
        }
        return new JsonObject()
                .put("@type", "Command")
                .put("name", "DeviceMove")
                .put("displayName", "Device move")
                .put("commandType", "synchronous")
                .put(
                        "request",
                        new JsonObject()
                                .put("@type", "CommandPayload")
                                .put("name", "data")
                                .put("displayName", "data")
                                .put(
                                        "schema",
                                        new JsonObject().put("@type", "Object").put("fields", fields)));
    }
}
