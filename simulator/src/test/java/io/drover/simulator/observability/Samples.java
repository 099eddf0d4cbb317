package io.drover.simulator.observability;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one scrape answered, in Prometheus' text format. */
record Samples(List<Sample> all, Map<String, String> types) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern PART = Pattern.compile("_(bucket|count|sum)$");

    record Sample(String name, Map<String, String> labels, double value) {}

    static Samples parse(String text) {
        List<Sample> samples = new ArrayList<>();
        Map<String, String> types = new TreeMap<>();
        Matcher type = TYPE.matcher(text);
        while (type.find()) {
            types.put(type.group(1), type.group(2));
        }
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("no sample: " + line);
            }
            Map<String, String> labels = new TreeMap<>();
            Matcher label = LABEL.matcher(matcher.group(2) == null ? "" : matcher.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
            samples.add(new Sample(matcher.group(1), labels, Double.parseDouble(matcher.group(3))));
        });
        return new Samples(samples, types);
    }

    /** Each family with its type and the names of its labels, {@code le} left out. */
    Map<String, Family> families() {
        Map<String, Family> families = new TreeMap<>();
        for (Sample sample : all) {
            String name = types.containsKey(sample.name())
                    ? sample.name()
                    : PART.matcher(sample.name()).replaceFirst("");
            Family family = families.computeIfAbsent(name, given -> new Family(types.get(given), new TreeSet<>()));
            family.labels().addAll(sample.labels().keySet());
            family.labels().remove("le");
        }
        return families;
    }

    /** As Prometheus names types. */
    record Family(String type, Set<String> labels) {}

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        all.forEach(sample -> names.add(sample.name()));
        return names;
    }

    /** The sum of all series of the name that carry the labels, given as key and value in turn. */
    double sum(String name, String... labels) {
        return all.stream()
                .filter(sample -> sample.name().equals(name))
                .filter(sample -> {
                    for (int i = 0; i < labels.length; i += 2) {
                        if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(Sample::value)
                .sum();
    }
}
