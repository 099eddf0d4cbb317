package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.observability.Samples.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/metrics.md. */
record MetricsDocument(Map<String, Row> rows) {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(drover_\\w+)` \\| ([a-z, ]+) \\| (\\w+) \\| ([^|]*?) ?\\| ([^|]+) \\|$");

    private static final Pattern ONLY_WITH = Pattern.compile("only with (.*)");

    /** The condition is what stands after "only with"; empty where every rehearsal has the family. */
    record Row(Set<String> programs, Family family, String condition) {}

    static MetricsDocument read() throws IOException {
        Map<String, Row> rows = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(ComposedPrograms.ROOT.resolve("docs/metrics.md")));
        while (row.find()) {
            Row before = rows.put(
                    row.group(1),
                    new Row(
                            words(row.group(2)),
                            new Family(row.group(3), words(row.group(4).replace("`", ""))),
                            ONLY_WITH
                                    .matcher(row.group(5))
                                    .results()
                                    .map(match -> match.group(1))
                                    .findFirst()
                                    .orElse("")));
            assertThat(before).as(row.group(1) + " twice").isNull();
        }
        return new MetricsDocument(rows);
    }

    private static Set<String> words(String list) {
        Set<String> words = new TreeSet<>();
        Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        return words;
    }

    /** Fails when a program exports a family that is not here, or with another type or other labels. */
    void explains(String program, Samples scrape) {
        assertThat(rows).isNotEmpty();
        scrape.families().forEach((name, family) -> {
            if (name.startsWith("drover_") && !isMaximum(name)) {
                assertThat(rows).containsKey(name);
                assertThat(rows.get(name).family()).as(name).isEqualTo(family);
                assertThat(rows.get(name).programs()).as(name).contains(program);
            }
        });
    }

    /** Fails when a program did not export a family that is here as its own, under a condition that came about. */
    void wasExported(String program, Set<String> exported, Predicate<String> cameAbout) {
        rows.forEach((name, row) -> {
            if (row.programs().contains(program) && cameAbout.test(row.condition())) {
                assertThat(exported).contains(name);
            }
        });
    }

    private boolean isMaximum(String name) {
        Row histogram = rows.get(name.replaceAll("_max$", ""));
        return name.endsWith("_max")
                && histogram != null
                && histogram.family().type().equals("histogram");
    }
}
