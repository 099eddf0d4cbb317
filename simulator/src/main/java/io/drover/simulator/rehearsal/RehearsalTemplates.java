package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.fleet.TemplateKind;
import java.util.Locale;

/**
 * Device templates of a rehearsal's applications, as documents of IoT Central: telemetry, two writable, two reported and two cloud
 * properties, a component with another writable one, and DeviceMove where the kind says.
 */
final class RehearsalTemplates {
    /** Writable properties, which are desired ones on the wire. */
    static final String INTERVAL = "reportingInterval";

    static final String THRESHOLD = "alarmThreshold";
    /** Cloud properties of an application, tags of a hub. */
    static final String CUSTOMER = "customer";

    static final String SITE = "site";
    /** What {@link #SITE} is called at the target. */
    static final String DEPOT = "depot";
    /** A component with a writable property. */
    static final String COOLER = "cooler";

    static final String LIMIT = "temperatureLimit";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private RehearsalTemplates() {}

    /** The id of the source application's template of this kind; there is none for devices without one. */
    static String id(TemplateKind kind) {
        return kind == TemplateKind.COMPONENT
                ? RehearsalEstate.DEVICE_TEMPLATE
                : "dtmi:drover:rehearsal:" + kind.name().toLowerCase(Locale.ROOT) + ";1";
    }

    /**
     * A template for the estate.
     *
     * @param site what the cloud property for the site is called
     */
    static ObjectNode template(String id, String displayName, TemplateKind kind, String site) {
        ObjectNode model = JSON.objectNode()
                .put("@id", id.replace(";", ":model;"))
                .put("@type", "Interface")
                .put("displayName", displayName);
        ArrayNode contents = model.putArray("contents");
        contents.addObject()
                .put("@type", "Telemetry")
                .put("name", "temperature")
                .put("schema", "double");
        property(contents, "firmware", "string");
        property(contents, "serialNumber", "string");
        property(contents, INTERVAL, "integer").put("writable", true);
        property(contents, THRESHOLD, "double").put("writable", true);
        cloudProperty(contents, CUSTOMER);
        cloudProperty(contents, site);
        contents.add(cooler());
        if (kind == TemplateKind.COMPONENT) {
            contents.add(migration());
        } else if (kind == TemplateKind.INHERITED) {
            ObjectNode base = model.putArray("extends")
                    .addObject()
                    .put("@id", "dtmi:drover:rehearsal:movable;1")
                    .put("@type", "Interface")
                    .put("displayName", "Movable");
            base.putArray("contents").add(migration());
        }
        ObjectNode document = JSON.objectNode();
        document.putArray("@type").add("ModelDefinition").add("DeviceModel");
        document.putArray("@context").add("dtmi:iotcentral:context;2").add("dtmi:dtdl:context;2");
        document.put("displayName", displayName).set("capabilityModel", model);
        ObjectNode template = JSON.objectNode().put("id", id).put("displayName", displayName);
        template.set("document", document);
        return template;
    }

    private static ObjectNode property(ArrayNode contents, String name, String schema) {
        return contents.addObject()
                .put("@type", "Property")
                .put("name", name)
                .put("displayName", name)
                .put("schema", schema);
    }

    private static void cloudProperty(ArrayNode contents, String name) {
        ObjectNode property = property(contents, name, "string");
        property.remove("@type");
        property.putArray("@type").add("Property").add("Cloud");
    }

    private static ObjectNode cooler() {
        ObjectNode component =
                JSON.objectNode().put("@type", "Component").put("name", COOLER).put("displayName", "Cooler");
        ObjectNode schema = component
                .putObject("schema")
                .put("@id", "dtmi:drover:rehearsal:cooler;1")
                .put("@type", "Interface")
                .put("displayName", "Cooler");
        property(schema.putArray("contents"), LIMIT, "double").put("writable", true);
        return component;
    }

    /** The documented component: {@code dtmi:azureiot:DeviceMigration;1} under the name {@code migration}. */
    private static ObjectNode migration() {
        ObjectNode payload = JSON.objectNode()
                .put("@type", "CommandPayload")
                .put("name", "data")
                .put("displayName", "data");
        ArrayNode fields = payload.putObject("schema").put("@type", "Object").putArray("fields");
        for (String field :
                new String[] {"idScope", "dpsName", "dpsId", "centralAppName", "centralAppSubdomain", "deviceTemplateId"
                }) {
            fields.addObject().put("name", field).put("displayName", field).put("schema", "string");
        }
        ObjectNode command = JSON.objectNode()
                .put("@type", "Command")
                .put("name", "DeviceMove")
                .put("displayName", "Device move")
                .put("commandType", "synchronous");
        command.set("request", payload);
        ObjectNode component = JSON.objectNode()
                .put("@type", "Component")
                .put("name", "migration")
                .put("displayName", "Device migration");
        component
                .putObject("schema")
                .put("@id", "dtmi:azureiot:DeviceMigration;1")
                .put("@type", "Interface")
                .put("displayName", "Device migration")
                .putArray("contents")
                .add(command);
        return component;
    }
}
