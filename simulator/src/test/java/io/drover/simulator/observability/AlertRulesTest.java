package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Recording and alerting rules, as far as they can be checked without anything to scrape. */
class AlertRulesTest {
    private static final Path FOLDER = Dashboards.RULES.getParent();

    @Test
    void everyAlertSaysHowSevereItIsAndWhatItMeans() throws IOException {
        for (JsonNode alert : Dashboards.alerts()) {
            String name = Dashboards.nameOf(alert);
            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).as(name).isNotBlank();
        }
    }

    @Test
    void everyAlertHasARunbookOfItsOwnAndEveryRunbookAnAlert() throws IOException {
        Set<String> linked = new HashSet<>();
        for (JsonNode alert : Dashboards.alerts()) {
            String link = alert.at("/annotations/runbook_url").asText();
            assertThat(Files.readAllLines(ComposedPrograms.ROOT.resolve(link)).get(0))
                    .isEqualTo("# " + Dashboards.nameOf(alert));
            assertThat(linked.add(link)).as(link).isTrue();
        }
        try (Stream<Path> runbooks = Files.list(ComposedPrograms.ROOT.resolve("docs/runbooks"))) {
            assertThat(runbooks.map(file -> "docs/runbooks/" + file.getFileName()))
                    .containsExactlyInAnyOrderElementsOf(linked);
        }
    }

    @Test
    void recordingRulesAreNamedByLevelMetricAndOperation() throws IOException {
        for (JsonNode rule : Dashboards.rules()) {
            assertThat(rule.path("expr").asText()).as(Dashboards.nameOf(rule)).isNotBlank();
            if (rule.has("record")) {
                assertThat(rule.path("record").asText()).matches("[a-z]+:[a-z_]+:[a-z0-9]+");
            }
        }
    }

    @Test
    void prometheusTakesTheRules() throws Exception {
        PrometheusTools.promtool(FOLDER, "check", "rules", "rules.yml");
        PrometheusTools.promtool(FOLDER, "check", "config", "prometheus.yml", "production.yml");
    }

    @Test
    void theRulesDoWhatTheirCasesSay() throws Exception {
        PrometheusTools.promtool(FOLDER, "test", "rules", "rules-test.yml");
    }

    @Test
    void everyAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
        Set<String> fires = new HashSet<>();
        Set<String> silent = new HashSet<>();
        for (JsonNode test : Dashboards.yaml(Dashboards.RULES_TEST).path("tests")) {
            for (JsonNode expectation : test.path("alert_rule_test")) {
                (expectation.path("exp_alerts").isEmpty() ? silent : fires)
                        .add(expectation.path("alertname").asText());
            }
        }
        List<String> alerts =
                Dashboards.alerts().stream().map(Dashboards::nameOf).toList();

        assertThat(fires).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(silent).containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    void everyRecordingHasACase() throws IOException {
        String cases = Files.readString(Dashboards.RULES_TEST);
        for (JsonNode rule : Dashboards.rules()) {
            if (rule.has("record")) {
                assertThat(cases).contains("expr: " + Dashboards.nameOf(rule));
            }
        }
    }
}
