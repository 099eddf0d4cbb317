package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboards hold the rules of Grafana's dashboard-linter; each test is named after the rule it checks. */
class DashboardsTest {
    private static final String DATA_SOURCE = "${datasource}";
    private static final Pattern SELECTOR = Pattern.compile(
            "(?<before>\\w+\\(|)(?<![\\w:])(?<metric>[a-zA-Z_:][\\w:]*)\\{(?<matchers>[^}]*)}(?<range>\\[[^]]*])?");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");
    private static final Set<String> RATES = Set.of("rate(", "irate(", "increase(");

    @TempDir
    Path folder;

    static List<Path> dashboards() throws IOException {
        return Dashboards.files();
    }

    @Test
    void theFourDashboardsAreThere() throws IOException {
        List<String> titles = new ArrayList<>();
        for (Path file : dashboards()) {
            JsonNode dashboard = Dashboards.read(file);
            titles.add(dashboard.path("title").asText());
            assertThat(dashboard.path("uid").asText()).as(file.toString()).isNotBlank();
        }

        assertThat(titles)
                .containsExactlyInAnyOrder(
                        "Migration overview", "Quotas and throttling", "Worker internals", "Simulated fleet");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void templateDatasourceRule(Path file) throws IOException {
        JsonNode variable = Dashboards.variable(file, "datasource");

        assertThat(variable.path("type").asText()).isEqualTo("datasource");
        assertThat(variable.path("query").asText()).isEqualTo("prometheus");
        assertThat(variable.path("label").asText()).isEqualTo("Data source");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void templateJobRule(Path file) throws IOException {
        isChosenFromMany(Dashboards.variable(file, "job"), "Job");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void templateInstanceRule(Path file) throws IOException {
        isChosenFromMany(Dashboards.variable(file, "instance"), "Instance");
    }

    private static void isChosenFromMany(JsonNode variable, String label) {
        assertThat(variable.path("type").asText()).isEqualTo("query");
        assertThat(variable.path("label").asText()).isEqualTo(label);
        assertThat(variable.at("/datasource/uid").asText()).isEqualTo(DATA_SOURCE);
        assertThat(variable.path("multi").asBoolean()).isTrue();
        assertThat(variable.path("includeAll").asBoolean()).isTrue();
        assertThat(variable.path("allValue").asText()).isEqualTo(".+");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void templateLabelPromqlRule(Path file) throws Exception {
        Map<String, String> queries = new TreeMap<>();
        for (JsonNode variable : Dashboards.read(file).at("/templating/list")) {
            if (variable.path("type").asText().equals("query")) {
                Matcher query = LABEL_VALUES.matcher(variable.at("/query/query").asText());
                assertThat(query.matches()).as(variable.toString()).isTrue();
                assertThat(query.group(2)).isEqualTo(variable.path("name").asText());
                queries.put(query.group(2), query.group(1));
            }
        }

        assertThat(queries).hasSize(2);
        isPromql(queries);
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void templateOnTimeChangeReloadRule(Path file) throws IOException {
        for (JsonNode variable : Dashboards.read(file).at("/templating/list")) {
            if (variable.path("type").asText().equals("query")) {
                assertThat(variable.path("refresh").asInt()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelDatasourceRule(Path file) throws IOException {
        for (JsonNode panel : Dashboards.panels(file)) {
            assertThat(panel.at("/datasource/uid").asText()).as(title(panel)).isEqualTo(DATA_SOURCE);
            panel.path("targets")
                    .forEach(target -> assertThat(target.at("/datasource/uid").asText())
                            .as(title(panel))
                            .isEqualTo(DATA_SOURCE));
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelTitleDescriptionRule(Path file) throws IOException {
        for (JsonNode panel : Dashboards.panels(file)) {
            assertThat(title(panel)).isNotBlank();
            assertThat(panel.path("description").asText()).as(title(panel)).isNotBlank();
        }
        assertThat(Dashboards.panels(file)).extracting(DashboardsTest::title).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelUnitsRule(Path file) throws IOException {
        for (JsonNode panel : Dashboards.panels(file)) {
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title(panel))
                    .isIn("short", "percentunit", "bytes", "s", "ops", "reqps");
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelNoTargetsRule(Path file) throws IOException {
        assertThat(Dashboards.panels(file)).isNotEmpty();
        for (JsonNode panel : Dashboards.panels(file)) {
            assertThat(panel.path("targets")).as(title(panel)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void targetPromqlRule(Path file) throws Exception {
        isPromql(Dashboards.expressions(file));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void targetRateIntervalRule(Path file) throws IOException {
        selectors(file, (place, selector) -> {
            if (selector.group("range") != null) {
                assertThat(selector.group("range")).as(place).isEqualTo("[$__rate_interval]");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void targetJobRule(Path file) throws IOException {
        selectors(
                file,
                (place, selector) ->
                        assertThat(selector.group("matchers")).as(place).contains("job=~\"$job\""));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void targetInstanceRule(Path file) throws IOException {
        selectors(
                file,
                (place, selector) ->
                        assertThat(selector.group("matchers")).as(place).contains("instance=~\"$instance\""));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void targetCounterAggRule(Path file) throws IOException {
        selectors(
                file,
                (place, selector) -> assertThat(RATES.contains(selector.group("before")))
                        .as(place + " takes the rate of " + selector.group("metric")
                                + ", as of every counter and of nothing else")
                        .isEqualTo(selector.group("metric").matches(".*_(total|count|sum|bucket)"))
                        .isEqualTo(selector.group("range") != null));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void uneditableDashboardRule(Path file) throws IOException {
        assertThat(Dashboards.read(file).path("editable").asBoolean(true)).isFalse();
    }

    /** Every metric of every query must be found as a selector, so that nothing passes unseen. */
    private static void selectors(Path file, BiConsumer<String, Matcher> check) throws IOException {
        Dashboards.expressions(file).forEach((place, expression) -> {
            Set<String> found = new TreeSet<>();
            Matcher selector = SELECTOR.matcher(expression);
            while (selector.find()) {
                found.add(selector.group("metric"));
                check.accept(place, selector);
            }
            assertThat(found).as(place).isNotEmpty().isEqualTo(PromQl.metrics(expression));
        });
    }

    /** As Prometheus parses it: as if each expression were a recording rule. */
    private void isPromql(Map<String, String> expressions) throws Exception {
        ObjectNode document = new ObjectMapper().createObjectNode();
        ArrayNode rules =
                document.putArray("groups").addObject().put("name", "queries").putArray("rules");
        expressions.forEach((place, expression) -> rules.addObject()
                .put("record", "query:" + place.replaceAll("\\W", "_"))
                .put("expr", Dashboards.interpolated(expression, "5m")));
        Files.writeString(folder.resolve("queries.yml"), document.toString());

        PrometheusTools.promtool(folder, "check", "rules", "queries.yml");
    }

    private static String title(JsonNode panel) {
        return panel.path("title").asText();
    }
}
