package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.hub.query.Query;
import io.drover.simulator.cloud.hub.query.QueryRow;
import io.drover.simulator.cloud.hub.query.QuerySyntaxException;
import io.drover.simulator.cloud.hub.query.QueryTooLongException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HubQueryTest {
    private final Hub hub =
            new Hub("h.azure-devices.test", HubSku.S1, 1, Clock.systemUTC(), RandomGenerator.getDefault());

    HubQueryTest() {
        for (int i = 1; i <= 3; i++) {
            JsonObject tags =
                    new JsonObject().put("floor", i).put("site", "it's").put("odd", i % 2 == 1);
            hub.createOrGet("d" + i, hub.newCredential(), new InitialTwin(tags, null));
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
    void listsNegationAndTypeChecksAreUnderstood() {
        assertThat(idsOf("SELECT * FROM devices WHERE deviceId IN ['d1', 'd3']"))
                .containsExactly("d1", "d3");
        assertThat(idsOf("SELECT * FROM devices WHERE deviceId NIN ['d1', 'd3']"))
                .containsExactly("d2");
        assertThat(idsOf("SELECT * FROM devices WHERE NOT tags.floor >= 2")).containsExactly("d1");
        assertThat(idsOf("SELECT * FROM devices WHERE is_defined(tags.nothing)"))
                .isEmpty();
        assertThat(idsOf("SELECT * FROM devices WHERE is_number(tags.floor) AND is_string(tags.site)"))
                .hasSize(3);
        assertThat(idsOf("SELECT * FROM devices WHERE is_bool(tags.odd) AND tags.odd"))
                .containsExactly("d1", "d3");
        assertThat(idsOf("SELECT * FROM devices WHERE tags.site = 'it\\'s' AND connectionState = 'Disconnected'"))
                .hasSize(3);
    }

    @Test
    void textFunctionsAndArithmeticAreUnderstood() {
        assertThat(idsOf("SELECT * FROM devices WHERE STARTSWITH(deviceId, 'd') AND ENDSWITH(deviceId, '2')"))
                .containsExactly("d2");
        assertThat(idsOf("SELECT * FROM devices WHERE CONTAINS(tags.site, \"t'\") AND tags.floor * 2 - 1 = 5"))
                .containsExactly("d3");
        assertThat(idsOf("SELECT * FROM devices WHERE SQRT(tags.[[floor]] + 2) = 2"))
                .containsExactly("d2");
        assertThat(idsOf("SELECT * FROM devices WHERE devices.tags.floor > -1")).hasSize(3);
    }

    @Test
    void whatIsUndefinedOrOfAnotherTypeSelectsNothing() {
        assertThat(idsOf("SELECT * FROM devices WHERE tags.nothing != 1")).isEmpty();
        assertThat(idsOf("SELECT * FROM devices WHERE NOT tags.nothing = 1")).isEmpty();
        assertThat(idsOf("SELECT * FROM devices WHERE tags.site > 1")).isEmpty();
        assertThat(idsOf("SELECT * FROM devices WHERE tags.nothing = 1 OR tags.floor = 1"))
                .containsExactly("d1");
    }

    @Test
    void chosenColumnsCarryTheirLastNameOrTheirAlias() {
        Query query = Query.parse("SELECT deviceId, tags.floor AS level, tags.nothing FROM devices");

        assertThat(query.row(new TwinRow(hub.device("d2").orElseThrow(), Instant.EPOCH)))
                .isEqualTo(new JsonObject().put("deviceId", "d2").put("level", 2));
    }

    @Test
    void aggregatesAddUpEachGroup() {
        Query query = Query.parse(
                "SELECT tags.odd AS odd, COUNT() AS n, AVG(tags.floor) AS mean, MAX(tags.floor) AS top FROM devices GROUP BY tags.odd");

        assertThat(query.totals(rows()))
                .containsExactly(
                        new JsonObject()
                                .put("odd", true)
                                .put("n", 2L)
                                .put("mean", 2.0)
                                .put("top", 3.0),
                        new JsonObject()
                                .put("odd", false)
                                .put("n", 1L)
                                .put("mean", 2.0)
                                .put("top", 2.0));
        assertThat(Query.parse("SELECT COUNT() AS n FROM devices WHERE tags.floor > 5")
                        .totals(rows()))
                .containsExactly(new JsonObject().put("n", 0L));
    }

    @Test
    void aFaultyQueryIsRefusedWithThePlace() {
        for (String query : List.of(
                "",
                "SELECT",
                "SELECT * FROM jobs",
                "SELECT TOP x * FROM devices",
                "SELECT * FROM devices WHERE a ~ 1",
                "SELECT *" + " FROM devices WHERE deviceId = 'open",
                "SELECT * FROM devices WHERE nosuch(deviceId)",
                "SELECT * FROM devices WHERE startswith(deviceId)",
                "SELECT * FROM devices x",
                "SELECT * FROM devices GROUP BY tags.floor",
                "SELECT deviceId, COUNT() FROM devices",
                "SELECT * FROM devices WHERE " + "(".repeat(500),
                "SELECT * FROM devices WHERE " + "NOT ".repeat(500) + "true",
                "SELECT * FROM devices WHERE a = " + "-".repeat(500) + "1")) {
            assertThatThrownBy(() -> Query.parse(query))
                    .as(query)
                    .isInstanceOf(QuerySyntaxException.class)
                    .hasMessageContaining("position");
        }
        assertThatThrownBy(() -> Query.parse("SELECT * FROM devices " + " ".repeat(9_000)))
                .isInstanceOf(QueryTooLongException.class);
    }

    private List<String> idsOf(String text) {
        Query query = Query.parse(text);
        return rows().filter(query::selects).map(QueryRow::key).toList();
    }

    private Stream<QueryRow> rows() {
        return hub.devices().map(device -> new TwinRow(device, Instant.EPOCH));
    }
}
