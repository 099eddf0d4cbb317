package io.drover.worker.owned;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What paths of the source are called at the target. A path goes where the rule of its longest prefix says, an operator's
 * before a default. What the way back would give to another path has no place, so there and back is where it began. Pure.
 */
public final class OwnedMapping {
    /** The kinds of place, with the sections that paths begin with there. */
    public enum Side {
        HUB("(tags|desired)(\\.[^.\\s]+)+", "tags.<name>, desired.<name>"),
        APPLICATION(
                "(cloud|writable)(\\.[^.\\s]+)+|displayName|organization|template",
                "cloud.<name>, writable.<name>, displayName, organization, template");

        private final String pattern;
        private final String paths;

        Side(String pattern, String paths) {
            this.pattern = pattern;
            this.paths = paths;
        }

        /** Whether a rule may name this path. */
        public boolean has(String path) {
            return path.matches(pattern);
        }

        /** How paths begin here, for a person. */
        public String paths() {
            return paths;
        }
    }

    /**
     * A rule for a path and all below it.
     *
     * @param to null to leave it behind
     */
    public record Rule(String from, String to) {
        private Optional<String> apply(String path) {
            boolean below =
                    path.startsWith(from) && (path.length() == from.length() || path.charAt(from.length()) == '.');
            return below ? Optional.of(to == null ? "" : to + path.substring(from.length())) : Optional.empty();
        }
    }

    /**
     * What was made of a device's data.
     *
     * @param data as the target is to have it
     * @param unplaced paths of the source that have no place, and why
     */
    public record Mapped(OwnedData data, SortedMap<String, String> unplaced) {}

    private final Side source;
    private final Side target;
    private final List<Rule> rules;

    /** {@code rules} are the operator's; no two of them go to one place. */
    public OwnedMapping(Side source, Side target, List<Rule> rules) {
        this.source = source;
        this.target = target;
        this.rules = List.copyOf(rules);
    }

    /** The mapping of the way back. */
    public OwnedMapping inverse() {
        List<Rule> back = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.to() != null) {
                back.add(new Rule(rule.to(), isOneWay(rule.from()) ? null : rule.from()));
            } else {
                // What stays behind is not fetched from the place that it would have had.
                byDefault(source, target)
                        .flatMap(usual -> usual.apply(rule.from()).stream())
                        .filter(place -> !place.isEmpty())
                        .findFirst()
                        .ifPresent(place -> back.add(new Rule(place, null)));
            }
        }
        return new OwnedMapping(target, source, back);
    }

    /** The operator's rules. */
    public List<Rule> rules() {
        return rules;
    }

    /** Maps what a device owns at the source. */
    public Mapped map(OwnedData owned) {
        OwnedMapping inverse = inverse();
        SortedMap<String, Object> placed = new TreeMap<>();
        SortedMap<String, String> unplaced = new TreeMap<>();
        owned.values().forEach((path, value) -> {
            String place = place(path);
            if (place.isEmpty()) {
                return;
            }
            String back = inverse.place(place);
            if (!target.has(place)) {
                unplaced.put(path, place + " is no path there");
            } else if (!back.equals(path) && !(isOneWay(path) && back.isEmpty())) {
                unplaced.put(path, place + " is the place of " + (back.isEmpty() ? "something left behind" : back));
            } else if (OwnedData.isTaken(placed, place)) {
                unplaced.put(path, place + " is not free");
            } else {
                placed.put(place, value);
            }
        });
        return new Mapped(new OwnedData(placed), unplaced);
    }

    /** The path at the target; empty when it is left behind. */
    String place(String path) {
        return Stream.concat(longest(rules.stream(), path), longest(byDefault(source, target), path))
                .reduce((one, other) -> other.from().length() > one.from().length() ? other : one)
                .flatMap(rule -> rule.apply(path))
                .orElse("");
    }

    private static Stream<Rule> longest(Stream<Rule> rules, String path) {
        return rules
                .filter(rule -> rule.apply(path).isPresent())
                .reduce((one, other) -> other.from().length() > one.from().length() ? other : one)
                .stream();
    }

    /** The template that a device had is told to a hub, but makes no other template on the way back. */
    private static boolean isOneWay(String path) {
        return path.equals("template");
    }

    private static Stream<Rule> byDefault(Side source, Side target) {
        if (source == target) {
            return source == Side.HUB
                    ? Stream.of(new Rule("tags", "tags"), new Rule("desired", "desired"))
                    : Stream.of(
                            new Rule("displayName", "displayName"),
                            new Rule("organization", "organization"),
                            new Rule("template", null),
                            new Rule("cloud", "cloud"),
                            new Rule("writable", "writable"));
        }
        return source == Side.APPLICATION
                ? Stream.of(
                        new Rule("displayName", "tags.displayName"),
                        new Rule("organization", "tags.organization"),
                        new Rule("template", "tags.deviceTemplate"),
                        new Rule("cloud", "tags"),
                        new Rule("writable", "desired"))
                : Stream.of(
                        new Rule("tags.displayName", "displayName"),
                        new Rule("tags.organization", "organization"),
                        new Rule("tags.deviceTemplate", null),
                        new Rule("tags", "cloud"),
                        new Rule("desired", "writable"));
    }
}
