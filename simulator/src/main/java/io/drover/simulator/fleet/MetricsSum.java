package io.drover.simulator.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pages of Prometheus' text format as one: the fleet's own series ({@code drover_…}) are added up over the processes, greatest values
 * ({@code …_max}) compared; those of a process and its JVM are told apart by a label.
 */
public final class MetricsSum {
    private static final String OWN = "drover_";

    private final Map<String, String> heads = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> families = new LinkedHashMap<>();
    private final String label;
    private String family = "";

    private MetricsSum(String label) {
        this.label = label;
    }

    /** Tells processes apart by a label {@code process}. */
    static String of(List<String> pages) {
        return of("process", pages);
    }

    /**
     * The pages as one.
     *
     * @param label that tells them apart, by their number from 1
     * @param pages one for each, in order
     */
    public static String of(String label, List<String> pages) {
        MetricsSum sum = new MetricsSum(label);
        for (int process = 0; process < pages.size(); process++) {
            int number = process + 1;
            pages.get(process).lines().forEach(line -> sum.add(line, number));
        }
        return sum.text();
    }

    private void add(String line, int process) {
        if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
            String name = line.substring(7, line.indexOf(' ', 7));
            family = name;
            heads.merge(line.substring(0, 7) + name, line, (first, same) -> first);
            families.computeIfAbsent(name, none -> new LinkedHashMap<>());
        } else if (!line.isBlank() && !line.startsWith("#")) {
            int end = line.lastIndexOf(' ');
            sample(line.substring(0, end), line.substring(end + 1), process);
        }
    }

    private void sample(String series, String value, int process) {
        Map<String, String> samples = families.computeIfAbsent(family, none -> new LinkedHashMap<>());
        if (!series.startsWith(OWN)) {
            samples.put(labelled(series, process), value);
            return;
        }
        boolean greatest = series.replaceFirst("\\{.*", "").endsWith("_max");
        samples.merge(series, value, (one, other) -> {
            double first = Double.parseDouble(one);
            double second = Double.parseDouble(other);
            return Double.toString(greatest ? Math.max(first, second) : first + second);
        });
    }

    private String labelled(String series, int process) {
        String mark = label + "=\"" + process + "\"";
        int brace = series.indexOf('{');
        return brace < 0
                ? series + "{" + mark + "}"
                : series.substring(0, brace + 1) + mark + "," + series.substring(brace + 1);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        families.forEach((name, samples) -> {
            for (String kind : List.of("# HELP ", "# TYPE ")) {
                if (heads.containsKey(kind + name)) {
                    text.append(heads.get(kind + name)).append('\n');
                }
            }
            samples.forEach((series, value) ->
                    text.append(series).append(' ').append(value).append('\n'));
        });
        return text.toString();
    }
}
