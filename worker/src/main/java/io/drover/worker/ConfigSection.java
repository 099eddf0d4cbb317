package io.drover.worker;

import io.drover.worker.ConfigException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** One mapping of a YAML file, options put in, read key by key; mistakes are collected and reading goes on with a stand-in value. */
final class ConfigSection {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final String path;
    private final String where;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, String> places = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();
    private final List<Problem> problems;

    ConfigSection(String path, Node node, List<Problem> problems) {
        this.path = path;
        this.problems = problems;
        this.where = node == null ? "" : where(node);
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::add);
        } else if (node != null
                && !(node instanceof ScalarNode scalar && scalar.getValue().isEmpty())) {
            problem(where, path, "must hold keys and values.", "Write them indented below it.");
        }
    }

    private void add(NodeTuple entry) {
        String key = ((ScalarNode) entry.getKeyNode()).getValue();
        places.put(key, where(entry.getKeyNode()));
        if (values.put(key, entry.getValueNode()) != null) {
            problem(places.get(key), at(key), "is given twice.", "Remove one of them.");
        }
    }

    ConfigSection section(String key) {
        asked.add(key);
        return new ConfigSection(at(key), values.get(key), problems);
    }

    List<ConfigSection> list(String key) {
        asked.add(key);
        Node node = values.get(key);
        List<ConfigSection> sections = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                sections.add(new ConfigSection(at(key) + "[" + sections.size() + "]", item, problems));
            }
        } else if (node != null) {
            problem(where(node), at(key), "must be a list.", "Begin each entry with '- '.");
        }
        return sections;
    }

    /** The key may stand here, whether or not anybody reads it. */
    void known(String key) {
        asked.add(key);
    }

    /** A list of texts; empty when absent. */
    List<String> texts(String key) {
        asked.add(key);
        Node node = values.get(key);
        List<String> texts = new ArrayList<>();
        boolean wrong = node != null && !(node instanceof SequenceNode);
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                if (item instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
                    texts.add(scalar.getValue());
                } else {
                    wrong = true;
                }
            }
        }
        if (wrong) {
            problem(key, "must be a list of texts.", "Write [one, another].");
        }
        return texts;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    boolean isScalar(String key) {
        return values.get(key) instanceof ScalarNode;
    }

    boolean isList(String key) {
        return values.get(key) instanceof SequenceNode;
    }

    List<String> keys() {
        return List.copyOf(values.keySet());
    }

    private String placeOf(String key) {
        return places.getOrDefault(key, where);
    }

    /** The text, or the fallback when absent, which may be null. */
    String text(String key, String fallback) {
        asked.add(key);
        Node node = values.get(key);
        if (node == null) {
            return fallback;
        }
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        problem(where(node), at(key), "must be a text.", "Write one value after the colon.");
        return fallback;
    }

    String required(String key, String remedy) {
        if (!has(key)) {
            asked.add(key);
            problem(where, at(key), "is missing.", remedy);
            return "";
        }
        return text(key, "");
    }

    int integer(String key, int fallback, int least, int most) {
        String text = text(key, Integer.toString(fallback));
        if (text.matches("\\d{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        problem(
                placeOf(key),
                at(key),
                "'" + text + "' is out of range.",
                "Write a whole number from " + least + " to " + most + ".");
        return fallback;
    }

    double number(String key, double fallback, double least, double most) {
        String text = text(key, null);
        if (text == null) {
            return fallback;
        }
        if (text.matches("\\d{1,9}(\\.\\d{1,6})?")) {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        problem(
                placeOf(key),
                at(key),
                "'" + text + "' is out of range.",
                "Write a number from " + least + " to " + most + ".");
        return fallback;
    }

    Duration duration(String key, Duration fallback) {
        if (!has(key)) {
            asked.add(key);
            return fallback;
        }
        String text = text(key, "");
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches() && !matcher.group(1).matches("0+")) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        problem(
                placeOf(key),
                at(key),
                "'" + text + "' is not a duration.",
                "Write a number and a unit, such as 500ms, 30s, 5m, 2h or 7d.");
        return fallback;
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        String text = text(key, word(fallback));
        List<String> names =
                Arrays.stream(type.getEnumConstants()).map(ConfigSection::word).toList();
        if (names.contains(text)) {
            return type.getEnumConstants()[names.indexOf(text)];
        }
        problem(
                placeOf(key),
                at(key),
                "'" + text + "' is not known.",
                "Write one of " + String.join(", ", names) + "." + didYouMean(text, names));
        return fallback;
    }

    private static String word(Enum<?> value) {
        return value.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reports every key that nobody asked for; call last. */
    void end() {
        places.forEach((key, at) -> {
            if (!asked.contains(key)) {
                problem(
                        at,
                        at(key),
                        "is not a known key.",
                        "Remove it; known here: " + String.join(", ", asked) + "." + didYouMean(key, asked));
            }
        });
    }

    void problem(String key, String what, String remedy) {
        problem(placeOf(key), at(key), what, remedy);
    }

    private void problem(String at, String key, String what, String remedy) {
        problems.add(new Problem(at, key, what, remedy));
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String where(Node node) {
        Mark mark = node.getStartMark();
        return ConfigSetting.isOption(mark) ? mark.getName() : "line " + (mark.getLine() + 1);
    }

    static String didYouMean(String given, Iterable<String> known) {
        String best = null;
        int least = Math.max(2, given.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(given.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best == null ? "" : " Did you mean '" + best + "'?";
    }

    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int substitute = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
