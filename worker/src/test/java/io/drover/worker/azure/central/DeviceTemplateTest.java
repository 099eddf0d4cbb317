package io.drover.worker.azure.central;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceTemplateTest {
    private static final Map<String, Object> KNOWN = Map.of(
            "idScope", "0neABC", "dpsName", "target", "dpsId", "/subscriptions/1", "deviceTemplateId", "dtmi:a;1");

    @Test
    void theDocumentedComponentTakesAnObjectWithTheFieldsOfItsSchema() {
        MoveCommand move = moveOf(component("migration", command("idScope", "dpsName", "centralAppName")));

        assertThat(move.component()).hasValue("migration");
        assertThat(move.method()).isEqualTo("migration*DeviceMove");
        assertThat(move.payload(KNOWN))
                .isEqualTo(new JsonObject().put("idScope", "0neABC").put("dpsName", "target"));
    }

    @Test
    void aComponentThatOnlyNamesTheDocumentedInterfaceTakesItsFields() {
        MoveCommand move = moveOf(new JsonObject()
                .put("@type", "Component")
                .put("name", "migration")
                .put("schema", "dtmi:azureiot:DeviceMigration;1"));

        assertThat(move).isEqualTo(MoveCommand.DOCUMENTED);
    }

    @Test
    void telemetryIsFoundInTheModelWhatItInheritsAndItsComponents() {
        JsonObject speed = new JsonObject().put("@type", "Telemetry").put("name", "speed");
        JsonObject fuel = new JsonObject()
                .put("@type", new JsonArray().add("Telemetry").add("Volume"))
                .put("name", "fuel");
        JsonObject doors = new JsonObject().put("@type", "Telemetry").put("name", "doors");
        JsonObject cargo = new JsonObject()
                .put("@type", "Component")
                .put("name", "cargo")
                .put("schema", new JsonObject().put("contents", new JsonArray().add(doors)));
        JsonObject model = new JsonObject()
                .put("contents", new JsonArray().add(cargo).add(speed))
                .put("extends", new JsonObject().put("contents", new JsonArray().add(fuel)));

        assertThat(DeviceTemplate.of(new JsonObject().put("@id", "t").put("capabilityModel", model))
                        .telemetry())
                .containsExactly(
                        new TelemetryName(null, "speed"),
                        new TelemetryName(null, "fuel"),
                        new TelemetryName("cargo", "doors"));
    }

    @Test
    void aBareTextSchemaTakesTheIdScopeItself() {
        MoveCommand move = moveOf(new JsonObject()
                .put("@type", "Command")
                .put("name", "DeviceMove")
                .put("request", new JsonObject().put("name", "scope").put("schema", "string")));

        assertThat(move.component()).isEmpty();
        assertThat(move.method()).isEqualTo("DeviceMove");
        assertThat(move.payload(KNOWN)).isEqualTo("0neABC");
    }

    @Test
    void anInheritedCommandIsFound() {
        JsonObject parent = new JsonObject()
                .put("@id", "dtmi:example:Base;1")
                .put("contents", new JsonArray().add(component("migration", command("idScope"))));
        JsonObject model = new JsonObject()
                .put("contents", new JsonArray())
                .put("extends", new JsonArray().add("dtmi:example:Other;1").add(parent));

        assertThat(template(model).move().flatMap(MoveCommand::component)).hasValue("migration");
    }

    @Test
    void aCommandThatTakesNoIdScopeMovesNothing() {
        assertThat(template(model(component("migration", command("target")))).movable())
                .isFalse();
        assertThat(template(model(new JsonObject().put("@type", "Command").put("name", "DeviceMove")))
                        .movable())
                .isFalse();
    }

    @Test
    void theComponentIsPreferredToTheRootForm() {
        assertThat(moveOf(command("idScope"), component("migration", command("idScope")))
                        .component())
                .isEqualTo(Optional.of("migration"));
    }

    private static MoveCommand moveOf(JsonObject... contents) {
        return template(model(contents)).move().orElseThrow();
    }

    private static JsonObject model(JsonObject... contents) {
        JsonArray list = new JsonArray();
        for (JsonObject content : contents) {
            list.add(content);
        }
        return new JsonObject().put("contents", list);
    }

    private static DeviceTemplate template(JsonObject model) {
        return DeviceTemplate.of(new JsonObject().put("@id", "dtmi:a;1").put("capabilityModel", model));
    }

    private static JsonObject component(String name, JsonObject command) {
        return new JsonObject()
                .put("@type", new JsonArray().add("Component"))
                .put("name", name)
                .put("schema", new JsonObject().put("contents", new JsonArray().add(command)));
    }

    private static JsonObject command(String... fields) {
        JsonArray list = new JsonArray();
        for (String field : fields) {
            list.add(new JsonObject().put("name", field).put("schema", "string"));
        }
        return new JsonObject()
                .put("@type", "Command")
                .put("name", "DeviceMove")
                .put(
                        "request",
                        new JsonObject()
                                .put("name", "data")
                                .put(
                                        "schema",
                                        new JsonObject().put("@type", "Object").put("fields", list)));
    }
}
