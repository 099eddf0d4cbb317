package io.drover.simulator.cloud;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A device template with one component, one module with a component, an inherited interface, and properties of every kind. */
final class CoolerTemplate {
    private CoolerTemplate() {}

    static JsonObject json() {
        JsonObject base = new JsonObject()
                .put("@id", "dtmi:drover:base;1")
                .put("@type", "Interface")
                .put(
                        "contents",
                        new JsonArray().add(content("Command", "restart")).add(content("Telemetry", "inherited")));
        JsonObject unit = new JsonObject()
                .put("@type", "Interface")
                .put(
                        "contents",
                        new JsonArray()
                                .add(content("Property", "target")
                                        .put("schema", "double")
                                        .put("writable", true))
                                .add(content("Command", "defrost"))
                                .add(content("Telemetry", "temperature")));
        JsonObject probe = new JsonObject()
                .put("@type", "Interface")
                .put("contents", new JsonArray().add(content("Command", "reset")));
        JsonObject sensor = new JsonObject()
                .put("@type", "Interface")
                .put(
                        "contents",
                        new JsonArray()
                                .add(content("Command", "reset"))
                                .add(content("Component", "probe").put("schema", probe)));
        JsonArray contents = new JsonArray()
                .add(content("Property", "serialNumber").put("schema", "string"))
                .add(new JsonObject()
                        .put(
                                "@type",
                                new JsonArray().add("Property").add("Cloud").add("StringValue"))
                        .put("name", "Customer")
                        .put("schema", "string"))
                .add(content("Component", "unit").put("displayName", "Unit").put("schema", unit))
                .add(new JsonObject()
                        .put("@type", new JsonArray().add("Relationship").add("EdgeModule"))
                        .put("name", "sensor")
                        .put("target", new JsonArray().add(sensor)));
        return new JsonObject()
                .put("@type", new JsonArray().add("ModelDefinition").add("DeviceModel"))
                .put("displayName", "Cooler")
                .put(
                        "capabilityModel",
                        new JsonObject()
                                .put("@id", "dtmi:drover:coolermodel;1")
                                .put("@type", "Interface")
                                .put("extends", new JsonArray().add(base))
                                .put("contents", contents));
    }

    private static JsonObject content(String type, String name) {
        return new JsonObject().put("@type", type).put("name", name);
    }
}
