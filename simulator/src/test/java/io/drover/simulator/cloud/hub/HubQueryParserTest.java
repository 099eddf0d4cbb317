package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class HubQueryParserTest {
    private final Hub hub =
            new Hub("h.azure-devices.test", HubSku.S1, 1, Clock.systemUTC(), RandomGenerator.getDefault());

    HubQueryParserTest() {
        for (int i = 1; i <= 3; i++) {
            hub.createOrGet(
                    "d" + i,
                    new DeviceCredential(SymmetricKey.generate(RandomGenerator.getDefault())),
                    new InitialTwin(new JsonObject().put("floor", i).put("site", "it's"), null));
        }
    }

    @Test
    void andBindsTighterThanOr() {
        assertThat(idsOf("SELECT * FROM devices WHERE deviceId = 'd1' OR deviceId = 'd2' AND tags.floor = 3"))
                .containsExactly("d1");
        assertThat(idsOf("select * from devices where (deviceId='d1' or deviceId='d2') and tags.floor > 1"))
                .containsExactly("d2");
    }

    @Test
    void listsNegationAndDefinednessAreUnderstood() {
        assertThat(idsOf("SELECT * FROM devices WHERE deviceId IN ['d1', 'd3']"))
                .containsExactly("d1", "d3");
        assertThat(idsOf("SELECT * FROM devices WHERE NOT tags.floor >= 2")).containsExactly("d1");
        assertThat(idsOf("SELECT * FROM devices WHERE is_defined(tags.nothing)"))
                .isEmpty();
        assertThat(idsOf("SELECT * FROM devices WHERE tags.site = 'it\\'s' AND connectionState = 'Disconnected'"))
                .hasSize(3);
    }

    @Test
    void chosenColumnsCarryTheirLastName() {
        HubQuery query = HubQueryParser.parse("SELECT deviceId, tags.floor FROM devices");

        assertThat(query.row(hub.device("d2").orElseThrow()))
                .isEqualTo(new JsonObject().put("deviceId", "d2").put("floor", 2));
    }

    @Test
    void aFaultyQueryIsRefusedWithThePlace() {
        for (String query : List.of(
                "",
                "SELECT",
                "SELECT * FROM jobs",
                "SELECT * FROM devices WHERE a ~ 1",
                "SELECT *" + " FROM devices WHERE deviceId = 'open",
                "SELECT * FROM devices WHERE a = b",
                "SELECT * FROM devices x",
                "SELECT * FROM devices WHERE " + "(".repeat(500))) {
            assertThatThrownBy(() -> HubQueryParser.parse(query))
                    .as(query)
                    .isInstanceOfSatisfying(
                            HubException.class, e -> assertThat(e.error()).isEqualTo(HubError.ARGUMENT_INVALID))
                    .hasMessageContaining("position");
        }
    }

    private List<String> idsOf(String query) {
        return hub.devices()
                .filter(HubQueryParser.parse(query).condition())
                .map(HubDevice::deviceId)
                .toList();
    }
}
