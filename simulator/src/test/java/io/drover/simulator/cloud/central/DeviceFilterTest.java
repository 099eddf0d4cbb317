package io.drover.simulator.cloud.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceFilterTest {
    private static final String TRUCK = "dtmi:drover:truck;1";
    private static final CentralDevice DEVICE =
            new CentralDevice("truck-5", "Truck", TRUCK, true, true, false, "north", 1);
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final Hub HUB = new Hub("iotc-1.azure-devices.test", HubSku.S1, 1, CLOCK, new Random(1));
    private static final CentralApp APP = application();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "$template = \"dtmi:drover:truck;1\" AND $provisioned = true | true",
                "$template = 'dtmi:drover:van;1' | false",
                "$simulated = true OR $id = \"truck-5\" | true",
                "$simulated = true OR $provisioned = true AND $id = \"other\" | false",
                "($simulated = true OR $provisioned = true) AND $id != \"other\" | true",
                "NOT $simulated = true | true",
                "NOT ($provisioned = true OR $simulated = true) | false",
                "NOT NOT $provisioned = true | true",
                "$id >= \"truck-5\" and $id < \"truck-6\" | true",
                "$id > \"truck-5\" | false",
                "$id <> \"truck-5\" | false",
                "$displayName = 'Truck' AND $enabled = true | true",
                "$organizations = 'north' | true",
                "$organizations != 'south' | true",
                "Customer = 'Contoso' | true",
                "Customer != 'Contoso' | false",
                "cooler.target > -5 AND cooler.target <= 4.5 | true",
                "cooler.target > 5 | false",
                "armed = true | true",
                "armed = 'true' | false",
                "unheard = 1 OR unheard != 1 | false",
            })
    void aConditionSelectsWhatItSays(String condition, boolean selected) {
        assertThat(DeviceFilter.parse("SELECT * FROM devices WHERE " + condition)
                        .test(APP, DEVICE))
                .isEqualTo(selected);
    }

    @Test
    void aDeviceWithoutTemplateIsInNoGroup() {
        CentralDevice unassigned = new CentralDevice("d", "d", null, true, true, false, null, 1);

        assertThat(DeviceFilter.parse("SELECT * FROM devices").test(APP, unassigned))
                .isFalse();
        assertThat(DeviceFilter.parse("select * from devices").test(APP, DEVICE))
                .isTrue();
    }

    @Test
    void quotesInAValueCanBeEscaped() {
        CentralDevice odd = new CentralDevice("it's \"it\"", "odd", TRUCK, true, true, false, null, 1);

        assertThat(DeviceFilter.parse("SELECT * FROM devices WHERE $id = \"it's \\\"it\\\"\"")
                        .test(APP, odd))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SELECT",
                "SELECT id FROM devices",
                "SELECT * FROM things",
                "SELECT * FROM devices WHERE",
                "SELECT * FROM devices WHERE $template",
                "SELECT * FROM devices WHERE $template = true",
                "SELECT * FROM devices WHERE $template < \"a\"",
                "SELECT * FROM devices WHERE $provisioned = \"true\"",
                "SELECT * FROM devices WHERE $provisioned > true",
                "SELECT * FROM devices WHERE $colour = \"red\"",
                "SELECT * FROM devices WHERE $id = \"open",
                "SELECT * FROM devices WHERE ($id = \"a\"",
                "SELECT * FROM devices WHERE $id = \"a\")",
                "SELECT * FROM devices WHERE $id = \"a\" $id = \"b\"",
                "SELECT * FROM devices WHERE $id = \"a\" AND",
                "SELECT * FROM devices WHERE NOT",
                "SELECT * FROM devices WHERE Customer = Contoso",
                "SELECT * FROM devices WHERE Customer",
                "SELECT * FROM devices; DROP TABLE devices",
            })
    void badInputIsRefusedWithThePlace(String filter) {
        assertThatThrownBy(() -> DeviceFilter.parse(filter))
                .isInstanceOf(FilterSyntaxException.class)
                .hasMessageContaining("character ")
                .hasMessageContaining("expected");
    }

    @Test
    void endlessNestingIsRefusedInsteadOfExhaustingTheStack() {
        String nested = "SELECT * FROM devices WHERE " + "(".repeat(5_000) + "$id = 'a'" + ")".repeat(3_000);

        assertThatThrownBy(() -> DeviceFilter.parse(nested)).isInstanceOf(FilterSyntaxException.class);
        assertThatThrownBy(() -> DeviceFilter.parse("SELECT * FROM devices WHERE " + "(".repeat(65) + "$id = 'a'"))
                .hasMessageContaining("levels");
    }

    /** One device of the template has a cloud property, and its twin values reported and asked for. */
    private static CentralApp application() {
        CentralApp app = new CentralApp(
                "a",
                "A",
                "1",
                HUB,
                new ProvisioningService(null, "0ne1", List.of(HUB), CLOCK, Duration.ZERO, new Random(2)),
                CLOCK,
                new Random(3));
        JsonArray contents = new JsonArray()
                .add(property("Customer", "Cloud", "string"))
                .add(property("armed", "Boolean", "boolean"))
                .add(new JsonObject()
                        .put("@type", "Component")
                        .put("name", "cooler")
                        .put(
                                "schema",
                                new JsonObject()
                                        .put(
                                                "contents",
                                                new JsonArray()
                                                        .add(property("target", "Temperature", "double")
                                                                .put("writable", true)))));
        app.addTemplate(DeviceTemplate.of(
                TRUCK, new JsonObject().put("capabilityModel", new JsonObject().put("contents", contents))));
        DeviceModel model = app.template(TRUCK).orElseThrow().model();
        app.properties().write("truck-5", model.root(), new JsonObject().put("Customer", "Contoso"), false);
        app.properties()
                .write("truck-5", model.part(null, "cooler").orElseThrow(), new JsonObject().put("target", 4.5), false);
        HUB.device("truck-5").orElseThrow().twin().patchReported(new JsonObject().put("armed", true), Instant.EPOCH);
        return app;
    }

    private static JsonObject property(String name, String type, String schema) {
        return new JsonObject()
                .put("@type", new JsonArray().add("Property").add(type))
                .put("name", name)
                .put("schema", schema);
    }
}
