package io.drover.simulator.cloud.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceFilterTest {
    private static final String TRUCK = "dtmi:drover:truck;1";
    private static final CentralDevice DEVICE =
            new CentralDevice("truck-5", "Truck", TRUCK, true, true, false, null, 1);

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
            })
    void aConditionSelectsWhatItSays(String condition, boolean selected) {
        assertThat(DeviceFilter.parse("SELECT * FROM devices WHERE " + condition)
                        .test(DEVICE))
                .isEqualTo(selected);
    }

    @Test
    void aDeviceWithoutTemplateIsInNoGroup() {
        CentralDevice unassigned = new CentralDevice("d", "d", null, true, true, false, null, 1);

        assertThat(DeviceFilter.parse("SELECT * FROM devices").test(unassigned)).isFalse();
        assertThat(DeviceFilter.parse("select * from devices").test(DEVICE)).isTrue();
    }

    @Test
    void quotesInAValueCanBeEscaped() {
        CentralDevice odd = new CentralDevice("it's \"it\"", "odd", TRUCK, true, true, false, null, 1);

        assertThat(DeviceFilter.parse("SELECT * FROM devices WHERE $id = \"it's \\\"it\\\"\"")
                        .test(odd))
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
}
