package io.drover.simulator.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the stages of a load: {@code linear:10..200/60s}, {@code exponential:10..200/60s}, {@code step:200/30s},
 * {@code step:100..400/10s*4} (four steps from 100 to 400, of ten seconds each), {@code storm:1000}; in order, between commas.
 */
public final class LoadGrammar {
    /** How a stage is written, for messages. */
    public static final String FORM =
            "linear:10..200/60s, exponential:10..200/60s, step:200/30s, step:100..400/10s*4 or storm:1000";

    private static final double MOST_RATE = 1_000_000;
    private static final long MOST_OPERATIONS = 10_000_000;
    private static final int MOST_STEPS = 1_000;
    private static final Duration MOST_TIME = Duration.ofDays(30);
    private static final String RATE = "(\\d{1,7}(?:\\.\\d{1,6})?)";
    private static final String TIME = "(\\d{1,9})(ms|s|m|h|d)";
    private static final Pattern RAMP = Pattern.compile(RATE + "\\.\\." + RATE + "/" + TIME);
    private static final Pattern STEP = Pattern.compile(RATE + "/" + TIME);
    private static final Pattern STEPS = Pattern.compile(RATE + "\\.\\." + RATE + "/" + TIME + "\\*(\\d{1,4})");
    private static final Pattern COUNT = Pattern.compile("\\d{1,8}");
    private static final Pattern DURATION = Pattern.compile(TIME);

    private LoadGrammar() {}

    /**
     * Reads stages between commas.
     *
     * @throws IllegalArgumentException with one message that names the stage, what is wrong, and how it is written
     */
    public static List<LoadStage> stages(String text) {
        List<LoadStage> stages = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String stage = part.strip();
            int colon = stage.indexOf(':');
            if (colon < 0) {
                throw refusal(stage, "it has no kind before a colon");
            }
            stages.addAll(stage(
                    stage.substring(0, colon).strip(),
                    stage.substring(colon + 1).strip()));
        }
        return stages;
    }

    /**
     * Reads one stage, which may be several steps.
     *
     * @throws IllegalArgumentException as {@link #stages(String)}
     */
    public static List<LoadStage> stage(String kind, String text) {
        String whole = kind + ":" + text;
        List<LoadStage> read = switch (kind) {
            case "linear", "exponential" -> List.of(ramp(whole, kind, text));
            case "step" -> step(whole, text);
            case "storm" -> List.of(storm(whole, text));
            default -> throw refusal(whole, "'" + kind + "' is no kind of stage");
        };
        for (LoadStage stage : read) {
            if (!(stage.amount() <= MOST_OPERATIONS)) {
                throw refusal(whole, "a stage has at most " + MOST_OPERATIONS + " operations");
            }
        }
        return read;
    }

    /** Reads a time such as 500ms, 30s, 5m, 2h; empty when it is none. */
    public static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        return matcher.matches() ? Optional.of(duration(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    private static LoadStage ramp(String whole, String kind, String text) {
        Matcher matcher = RAMP.matcher(text);
        if (!matcher.matches()) {
            throw refusal(whole, "it is not from..to/time");
        }
        double from = rate(whole, matcher.group(1));
        double to = rate(whole, matcher.group(2));
        Duration time = time(whole, matcher.group(3), matcher.group(4));
        if (kind.equals("linear")) {
            return new LoadStage.Linear(from, to, time);
        }
        if (from == 0 || to == 0) {
            throw refusal(whole, "an exponential rate never is 0");
        }
        return new LoadStage.Exponential(from, to, time);
    }

    private static List<LoadStage> step(String whole, String text) {
        Matcher one = STEP.matcher(text);
        if (one.matches()) {
            return List.of(new LoadStage.Step(rate(whole, one.group(1)), time(whole, one.group(2), one.group(3))));
        }
        Matcher several = STEPS.matcher(text);
        if (!several.matches()) {
            throw refusal(whole, "it is neither rate/time nor from..to/time*steps");
        }
        double from = rate(whole, several.group(1));
        double to = rate(whole, several.group(2));
        Duration time = time(whole, several.group(3), several.group(4));
        int steps = Integer.parseInt(several.group(5));
        if (steps < 2 || steps > MOST_STEPS) {
            throw refusal(whole, "give 2 to " + MOST_STEPS + " steps");
        }
        List<LoadStage> stages = new ArrayList<>(steps);
        for (int i = 0; i < steps; i++) {
            stages.add(new LoadStage.Step(from + (to - from) * i / (steps - 1), time));
        }
        return List.copyOf(stages);
    }

    private static LoadStage storm(String whole, String text) {
        if (!COUNT.matcher(text).matches() || Long.parseLong(text) < 1) {
            throw refusal(whole, "a storm is a whole number from 1");
        }
        return new LoadStage.Storm(Long.parseLong(text));
    }

    private static double rate(String whole, String text) {
        double rate = Double.parseDouble(text);
        if (rate > MOST_RATE) {
            throw refusal(whole, "a rate is at most " + (long) MOST_RATE + " per second");
        }
        return rate;
    }

    private static Duration time(String whole, String amount, String unit) {
        Duration time = duration(amount, unit);
        if (time.isZero() || time.compareTo(MOST_TIME) > 0) {
            throw refusal(whole, "a time is from 1ms to 30d");
        }
        return time;
    }

    private static Duration duration(String text, String unit) {
        long amount = Long.parseLong(text);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static IllegalArgumentException refusal(String stage, String what) {
        return new IllegalArgumentException("ramp stage '" + stage + "': " + what + "; write " + FORM);
    }
}
