package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files under dashboards/ and docker-compose.yml, as far as they can be checked without running anything. */
class DashboardsTest {
    private static final Path DASHBOARDS = ComposedPrograms.ROOT.resolve("dashboards");

    static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(DASHBOARDS.resolve("grafana/dashboards"))) {
            return files.sorted().toList();
        }
    }

    /** Every PromQL expression of dashboards and rules, by where it is. */
    static Map<String, String> expressions() throws IOException {
        Map<String, String> expressions = new TreeMap<>();
        for (Path file : dashboards()) {
            for (JsonNode panel : read(file).path("panels")) {
                panel.path("targets")
                        .forEach(target -> expressions.put(
                                file.getFileName() + ": " + panel.path("title").asText() + "/"
                                        + target.path("refId").asText(),
                                target.path("expr").asText()));
            }
        }
        for (JsonNode rule : rules()) {
            expressions.put("rules.yml: " + nameOf(rule), rule.path("expr").asText());
        }
        return expressions;
    }

    static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        new YAMLMapper()
                .readTree(DASHBOARDS.resolve("prometheus/rules.yml").toFile())
                .path("groups")
                .forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void aDashboardIsReadOnlyAndTakesItsDataSourceAndJobFromVariables(Path file) throws IOException {
        JsonNode dashboard = read(file);

        assertThat(dashboard.path("editable").asBoolean(true)).isFalse();
        assertThat(dashboard.path("uid").asText()).isNotBlank();
        assertThat(dashboard.path("title").asText()).isNotBlank();
        assertThat(dashboard.path("templating").path("list").findValuesAsText("name"))
                .contains("datasource", "job");
        assertThat(dashboard.path("panels")).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelSaysWhatItShowsInWhichUnitAndForWhichJob(Path file) throws IOException {
        for (JsonNode panel : read(file).path("panels")) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).isNotBlank();
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
                String expression = target.path("expr").asText();
                long selectors =
                        Pattern.compile("\\{").matcher(expression).results().count();
                long jobs = Pattern.compile("job=~\"\\$job\"")
                        .matcher(expression)
                        .results()
                        .count();
                assertThat(jobs).as(title + ": " + expression).isPositive().isEqualTo(selectors);
                assertThat(expression).as(title).doesNotContainPattern("\\[(?!\\$__rate_interval])");
            }
        }
    }

    @Test
    void everyAlertSaysWhatItMeans() throws IOException {
        for (JsonNode rule : rules()) {
            assertThat(rule.path("expr").asText()).as(nameOf(rule)).isNotBlank();
            if (rule.has("alert")) {
                assertThat(rule.at("/annotations/summary").asText())
                        .as(nameOf(rule))
                        .isNotBlank();
                assertThat(rule.at("/annotations/description").asText())
                        .as(nameOf(rule))
                        .isNotBlank();
                assertThat(rule.at("/labels/severity").asText())
                        .as(nameOf(rule))
                        .isIn("warning", "critical");
            }
        }
    }

    @Test
    void prometheusScrapesTheManagementPortsOfTheComposeFile() throws IOException {
        JsonNode jobs = new YAMLMapper()
                .readTree(DASHBOARDS.resolve("prometheus/prometheus.yml").toFile())
                .path("scrape_configs");
        List<String> targets = new ArrayList<>();
        jobs.forEach(job -> job.at("/static_configs/0/targets").forEach(target -> targets.add(target.asText())));
        String compose = Files.readString(ComposedPrograms.ROOT.resolve("docker-compose.yml"));
        String worker = Files.readString(ComposedPrograms.ROOT.resolve("compose/worker.yaml"));

        assertThat(targets).containsExactlyInAnyOrder("127.0.0.1:9460", "127.0.0.1:9461", "127.0.0.1:9464");
        assertThat(compose).contains("--control-port=9460", "--control-port=9461");
        assertThat(worker).contains("port: 9464");
    }

    @Test
    void everyServiceOfTheComposeFileIsHealthCheckedAndCannotWriteItsImage() throws IOException {
        JsonNode services = new YAMLMapper()
                .readTree(ComposedPrograms.ROOT.resolve("docker-compose.yml").toFile())
                .path("services");

        assertThat(services.properties()).hasSize(5);
        services.properties().forEach(service -> {
            assertThat(service.getValue().path("read_only").asBoolean())
                    .as(service.getKey())
                    .isTrue();
            assertThat(service.getValue().at("/healthcheck/test"))
                    .as(service.getKey())
                    .isNotEmpty();
            assertThat(service.getValue().path("cap_drop").path(0).asText())
                    .as(service.getKey())
                    .isEqualTo("ALL");
        });
    }

    @Test
    void theImagesOfBothProgramsRunAsAnOrdinaryUser() throws IOException {
        for (String module : List.of("worker", "simulator")) {
            List<String> lines = Files.readAllLines(ComposedPrograms.ROOT.resolve(module + "/Dockerfile"));
            assertThat(lines.stream().filter(line -> line.startsWith("USER ")))
                    .as(module)
                    .containsExactly("USER drover");
        }
    }

    private static String nameOf(JsonNode rule) {
        return rule.path("alert").asText(rule.path("record").asText());
    }

    private static JsonNode read(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
