package io.drover.simulator.cloud.fault;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads a fault strictly; what is left out is as its kind has it. Collects every mistake instead of stopping at the first. */
public final class FaultReader {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int MOST_CALLS = 1_000_000_000;
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Set<String> KEYS = new TreeSet<>(List.of(
            "name",
            "fault",
            "service",
            "operation",
            "devices",
            "share",
            "probability",
            "skip",
            "count",
            "every",
            "after",
            "for",
            "delay",
            "seed"));

    private final String place;
    private final List<String> mistakes = new ArrayList<>();

    /** @param place put before each mistake, such as {@code faults[2]} */
    public FaultReader(String place) {
        this.place = place;
    }

    public List<String> mistakes() {
        return mistakes;
    }

    /**
     * The fault of this name; its kind is {@code fault}, or the name itself. Numbers may be texts, as in YAML. Empty when there are
     * {@link #mistakes()}.
     */
    public Optional<Fault> read(String name, JsonObject json) {
        for (String key : json.fieldNames()) {
            if (!KEYS.contains(key)) {
                mistake(key, "unknown key; the keys here are " + String.join(", ", KEYS));
            }
        }
        String called = name == null ? text(json, "name", text(json, "fault", "")) : name;
        if (!NAME.matcher(called).matches()) {
            mistake("name", "'" + called + "' is no name (up to 64 letters, digits, dots, dashes)");
        }
        Optional<FaultKind> kind = FaultKind.named(text(json, "fault", called));
        if (kind.isEmpty()) {
            mistake(
                    "fault",
                    "there is no fault '" + text(json, "fault", called) + "'; the faults are "
                            + Arrays.stream(FaultKind.values())
                                    .map(FaultKind::text)
                                    .collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        Fault usual = kind.get().byDefault();
        Fault fault = new Fault(
                called,
                usual.kind(),
                text(json, "service", usual.service()),
                text(json, "operation", usual.operation()),
                text(json, "devices", usual.devices()),
                fraction(json, "share"),
                fraction(json, "probability"),
                (int) number(json, "skip", usual.skip(), 0, MOST_CALLS),
                (int) number(json, "count", usual.count(), 0, MOST_CALLS),
                (int) number(json, "every", usual.every(), 0, MOST_CALLS),
                time(json, "after", usual.after()),
                time(json, "for", usual.lasting()),
                time(json, "delay", usual.delay()),
                number(json, "seed", usual.seed(), Long.MIN_VALUE, Long.MAX_VALUE));
        return mistakes.isEmpty() ? Optional.of(fault) : Optional.empty();
    }

    /** A time such as 500ms, 30s, 5m or 1h. */
    static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofHours(amount);
                });
    }

    private String text(JsonObject json, String key, String otherwise) {
        Object value = json.getValue(key, otherwise);
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        if (value != null && !"".equals(value)) {
            mistake(key, "must be a text that is not empty");
        }
        return otherwise;
    }

    private double fraction(JsonObject json, String key) {
        Object value = json.getValue(key, 1);
        try {
            double fraction = Double.parseDouble(String.valueOf(value));
            if (fraction >= 0 && fraction <= 1) {
                return fraction;
            }
        } catch (NumberFormatException noNumber) {
            // Reported below, with the range.
        }
        mistake(key, "must be a number from 0 to 1");
        return 1;
    }

    private long number(JsonObject json, String key, long otherwise, long least, long most) {
        Object value = json.getValue(key, otherwise);
        try {
            long number = Long.parseLong(String.valueOf(value));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Reported below, with the range.
        }
        mistake(key, "must be a whole number from " + least + " to " + most);
        return otherwise;
    }

    private Duration time(JsonObject json, String key, Duration otherwise) {
        if (!json.containsKey(key)) {
            return otherwise;
        }
        Optional<Duration> time = duration(String.valueOf(json.getValue(key)));
        if (time.isPresent() && time.get().compareTo(LONGEST) <= 0) {
            return time.get();
        }
        mistake(key, "must be a time such as 500ms, 30s, 5m or 1h, at most 168h");
        return otherwise;
    }

    private void mistake(String key, String what) {
        mistakes.add((place.isEmpty() ? "" : place + ".") + key + ": " + what);
    }
}
