package io.drover.simulator.observability;

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
import java.util.stream.Stream;

/** What is under dashboards/: the dashboards with their panels and queries, the rules. */
final class Dashboards {
    static final Path FOLDER = ComposedPrograms.ROOT.resolve("dashboards");
    static final Path RULES = FOLDER.resolve("prometheus/rules.yml");
    static final Path RULES_TEST = FOLDER.resolve("prometheus/rules-test.yml");

    private Dashboards() {}

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve("grafana/dashboards"))) {
            return files.sorted().toList();
        }
    }

    static JsonNode read(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** The panels of a dashboard but for rows, which show nothing. */
    static List<JsonNode> panels(Path file) throws IOException {
        List<JsonNode> panels = new ArrayList<>();
        read(file).path("panels").forEach(panel -> {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        });
        return panels;
    }

    static JsonNode variable(Path file, String name) throws IOException {
        for (JsonNode variable : read(file).path("templating").path("list")) {
            if (variable.path("name").asText().equals(name)) {
                return variable;
            }
        }
        throw new AssertionError(file + " has no variable " + name);
    }

    /** Every PromQL expression of a dashboard's panels, by panel and target. */
    static Map<String, String> expressions(Path file) throws IOException {
        Map<String, String> expressions = new TreeMap<>();
        for (JsonNode panel : panels(file)) {
            panel.path("targets")
                    .forEach(target -> expressions.put(
                            file.getFileName() + ": " + panel.path("title").asText() + "/"
                                    + target.path("refId").asText(),
                            target.path("expr").asText()));
        }
        return expressions;
    }

    /** Every PromQL expression of all dashboards and rules, by where it is. */
    static Map<String, String> expressions() throws IOException {
        Map<String, String> expressions = new TreeMap<>();
        for (Path file : files()) {
            expressions.putAll(expressions(file));
        }
        for (JsonNode rule : rules()) {
            expressions.put("rules.yml: " + nameOf(rule), rule.path("expr").asText());
        }
        return expressions;
    }

    static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        yaml(RULES).path("groups").forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    static List<JsonNode> alerts() throws IOException {
        return rules().stream().filter(rule -> rule.has("alert")).toList();
    }

    static String nameOf(JsonNode rule) {
        return rule.path("alert").asText(rule.path("record").asText());
    }

    static JsonNode yaml(Path file) throws IOException {
        return new YAMLMapper().readTree(file.toFile());
    }

    /** What Grafana makes of a panel's or variable's expression, with all jobs and instances chosen. */
    static String interpolated(String expression, String rateInterval) {
        return expression
                .replace("$__rate_interval", rateInterval)
                .replace("$job", ".+")
                .replace("$instance", ".+");
    }
}
