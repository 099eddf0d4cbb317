package io.drover.worker;

import io.drover.worker.migration.MaintenanceWindow;
import io.drover.worker.migration.RatePolicy;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.StopRule;
import io.drover.worker.migration.WavePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the {@code migration.rollout} section; mistakes go where the configuration's other mistakes go. */
final class RolloutLoader {
    private static final Pattern RATE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)/(s|m|h)");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,4})?) ?%");

    private final Path config;

    RolloutLoader(Path config) {
        this.config = config;
    }

    RolloutPolicy read(ConfigSection rollout) {
        RolloutPolicy policy = new RolloutPolicy(
                rollout.choice("order", RolloutPolicy.Order.class, RolloutPolicy.Order.ID),
                rollout.integer("seed", 0, 0, Integer.MAX_VALUE),
                rollout.has("refresh") ? rollout.duration("refresh", null) : null,
                rollout.choice("approval", Approval.class, Approval.NONE) == Approval.REQUIRED,
                startAt(rollout),
                windows(rollout),
                rate(rollout.section("rate")),
                stop(rollout.section("stop")),
                rollout.has("campaign") ? rollout.duration("campaign", null) : null,
                waves(rollout));
        rollout.end();
        return policy;
    }

    private enum Approval {
        NONE,
        REQUIRED
    }

    private static Instant startAt(ConfigSection rollout) {
        String text = rollout.text("startAt", null);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            rollout.problem("startAt", "'" + text + "' is not a time.", "Write one like 2026-12-01T22:00:00+01:00.");
            return null;
        }
    }

    private static List<MaintenanceWindow> windows(ConfigSection rollout) {
        List<MaintenanceWindow> windows = new ArrayList<>();
        for (ConfigSection window : rollout.list("windows")) {
            Set<DayOfWeek> days = days(window);
            LocalTime from = time(window, "from");
            LocalTime to = time(window, "to");
            windows.add(new MaintenanceWindow(days, from, to, zone(window)));
            window.end();
        }
        return windows;
    }

    private static Set<DayOfWeek> days(ConfigSection window) {
        String text = window.text("days", "daily");
        if (text.equals("daily")) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        List<String> names = Pattern.compile("[ ,]+").splitAsStream(text).toList();
        for (String name : names) {
            for (DayOfWeek day : DayOfWeek.values()) {
                boolean named = name.length() >= 3
                        && day.name().toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT));
                if (named) {
                    days.add(day);
                }
            }
        }
        if (days.size() != names.size()) {
            window.problem("days", "'" + text + "' is not a list of days.", "Write daily, or days like mon, tue, sat.");
            return EnumSet.allOf(DayOfWeek.class);
        }
        return days;
    }

    private static LocalTime time(ConfigSection window, String key) {
        String text = window.required(key, "Write a time of day in quotes, like \"22:00\".");
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            if (!text.isEmpty()) {
                window.problem(key, "'" + text + "' is not a time of day.", "Write one in quotes, like \"22:00\".");
            }
            return LocalTime.MIDNIGHT;
        }
    }

    private static ZoneId zone(ConfigSection window) {
        String text = window.text("zone", "UTC");
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            window.problem("zone", "'" + text + "' is not a time zone.", "Write one like Europe/Berlin or UTC.");
            return ZoneId.of("UTC");
        }
    }

    private static RatePolicy rate(ConfigSection rate) {
        double max = perSecond(rate, "max", Double.POSITIVE_INFINITY);
        double start = perSecond(rate, "start", max);
        double growth = rate.number("growth", 1, 1, 100);
        long every = rate.integer("every", 0, 0, Integer.MAX_VALUE);
        if (growth > 1 && every == 0) {
            rate.problem(
                    "growth", "needs a number of arrivals.", "Write 'every', the arrivals after which it applies.");
        }
        rate.end();
        return new RatePolicy(max, start, growth, every);
    }

    private static double perSecond(ConfigSection rate, String key, double fallback) {
        String text = rate.text(key, null);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
            rate.problem(key, "'" + text + "' is not a rate.", "Write devices per unit, such as 5/s or 100/m.");
            return fallback;
        }
        double per = switch (matcher.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            default -> 3600;
        };
        return Double.parseDouble(matcher.group(1)) / per;
    }

    private static StopRule stop(ConfigSection stop) {
        StopRule rule = new StopRule(
                percent(stop, "failed", StopRule.NEVER.failedPercent()),
                stop.integer("minimum", 20, 1, Integer.MAX_VALUE),
                stop.choice("action", StopRule.Action.class, StopRule.Action.PAUSE));
        stop.end();
        return rule;
    }

    private static double percent(ConfigSection section, String key, double fallback) {
        String text = section.text(key, null);
        if (text == null) {
            return fallback;
        }
        Matcher matcher = PERCENT.matcher(text);
        if (matcher.matches() && Double.parseDouble(matcher.group(1)) <= 100) {
            return Double.parseDouble(matcher.group(1));
        }
        section.problem(key, "'" + text + "' is not a share.", "Write a percentage, such as 5%.");
        return fallback;
    }

    private List<WavePolicy> waves(ConfigSection rollout) {
        List<WavePolicy> waves = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ConfigSection wave : rollout.list("waves")) {
            String name = wave.required("name", "Write a name for the wave.");
            if (!names.add(name)) {
                wave.problem("name", "'" + name + "' stands for two waves.", "Give each wave a name of its own.");
            }
            WavePolicy.Selection selection = selection(wave);
            WavePolicy.Gate gate = new WavePolicy.Gate(
                    percent(wave, "success", 0), wave.choice("then", Then.class, Then.CONTINUE) == Then.WAIT);
            waves.add(new WavePolicy(
                    name, selection, gate, wave.has("deadline") ? wave.duration("deadline", null) : null));
            wave.end();
        }
        boolean open = waves.isEmpty() || !(waves.get(waves.size() - 1).selection() instanceof WavePolicy.Rest);
        if (open) {
            waves.add(WavePolicy.rest());
        }
        return waves;
    }

    private enum Then {
        CONTINUE,
        WAIT
    }

    private WavePolicy.Selection selection(ConfigSection wave) {
        List<String> kinds = List.of("devices", "percent", "file", "group", "match").stream()
                .filter(wave::has)
                .toList();
        if (kinds.size() > 1) {
            wave.problem(
                    kinds.get(1),
                    "stands beside '" + kinds.get(0) + "'.",
                    "Give a wave one of devices, percent, file, group and match.");
        }
        long devices = wave.integer("devices", 1, 1, Integer.MAX_VALUE);
        double percent = percent(wave, "percent", 100);
        String file = wave.text("file", null);
        String group = wave.text("group", null);
        ConfigSection match = wave.section("match");
        String pattern = match.text("id", null);
        String template = match.text("template", null);
        match.end();
        if (kinds.isEmpty()) {
            return new WavePolicy.Rest();
        }
        return switch (kinds.get(0)) {
            case "devices" -> new WavePolicy.Count(devices);
            case "percent" -> new WavePolicy.Percent(percent);
            case "file" -> listed(wave, file);
            case "group" -> new WavePolicy.InGroup(group == null ? "" : group);
            default -> new WavePolicy.Matching(pattern, template == null ? List.of() : List.of(template));
        };
    }

    private WavePolicy.Selection listed(ConfigSection wave, String file) {
        try {
            return new WavePolicy.Listed(
                    file, DeviceListFile.read(config.toAbsolutePath().resolveSibling(file)));
        } catch (IOException e) {
            wave.problem("file", "'" + file + "' cannot be read.", "Write the path of a CSV file of device ids.");
            return new WavePolicy.Listed(file, Set.of());
        }
    }
}
