package io.drover.simulator.load;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What a load has come to: its schedule, and a histogram of nanoseconds for each step, by the names of {@link LoadStep} or others. A
 * report survives its JSON without loss, and reports of several processes add up to exactly that of one which had done all of it.
 * Immutable as long as nobody writes to the histograms.
 *
 * @param faults reasons known elsewhere why the load was not what it was meant to be
 */
public record LoadReport(LoadSchedule schedule, Map<String, Histogram> steps, List<String> faults) {
    /** Times from a microsecond to an hour, to three digits; longer ones count as an hour. */
    static final long LEAST_NANOS = TimeUnit.MICROSECONDS.toNanos(1);

    static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;
    private static final double LAG_PERCENTILE = 99;

    /** Whether the load was the intended one. */
    public enum Verdict {
        /** Nothing was meant to begin yet. */
        NOT_STARTED,
        /** Every operation began as it was meant to, up to the limit of lag. */
        VALID,
        /** The generator missed its schedule: times measured under it are not those of the intended load. */
        INVALID
    }

    /** Keeps its own copy of map and list, in their order. */
    public LoadReport {
        steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
        faults = List.copyOf(faults);
    }

    /** A report that only its own figures judge. */
    public LoadReport(LoadSchedule schedule, Map<String, Histogram> steps) {
        this(schedule, steps, List.of());
    }

    /** A histogram as reports have them. */
    public static Histogram histogram() {
        return new Histogram(LEAST_NANOS, MOST_NANOS, DIGITS);
    }

    /** The step's times; empty when none was recorded. */
    public Histogram step(LoadStep step) {
        return steps.getOrDefault(step.text(), histogram());
    }

    /** Whether the generator kept its schedule so far. */
    public Verdict verdict() {
        if (!reasons().isEmpty()) {
            return Verdict.INVALID;
        }
        return schedule.hasBegun() ? Verdict.VALID : Verdict.NOT_STARTED;
    }

    /** Why the load is invalid, with figures, for a person; empty when it is not. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>(faults);
        Duration limit = schedule.lagLimit();
        if (schedule.overdue() > 0) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "%d of %d starts are due for more than %d ms (%d due, %d started)",
                    schedule.overdue(),
                    schedule.operations(),
                    limit.toMillis(),
                    schedule.due(),
                    schedule.started()));
        }
        Histogram lag = step(LoadStep.LAG);
        long late = lag.getTotalCount() == 0 ? 0 : lag.getValueAtPercentile(LAG_PERCENTILE);
        if (late > limit.toNanos()) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "starts were late: p99 %.1f ms, most %.1f ms, limit %d ms",
                    late / 1e6,
                    lag.getMaxValue() / 1e6,
                    limit.toMillis()));
        }
        return reasons;
    }

    /** The verdict for a person: {@code VALID}, or {@code INVALID} with the reasons. */
    public String judgement() {
        return verdict() == Verdict.INVALID
                ? "INVALID: " + String.join("; ", reasons())
                : verdict().name();
    }

    /**
     * All as one: counts and histograms added up, invalid when one is, whatever the others make of the average.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static LoadReport merge(List<LoadReport> reports) {
        if (reports.isEmpty()) {
            throw new IllegalArgumentException("no report to merge");
        }
        LoadSchedule schedule = reports.stream()
                .map(LoadReport::schedule)
                .reduce(LoadSchedule::plus)
                .orElseThrow();
        Map<String, Histogram> steps = new LinkedHashMap<>();
        reports.forEach(report -> report.steps()
                .forEach((step, times) ->
                        steps.computeIfAbsent(step, none -> histogram()).add(times)));
        LoadReport merged = new LoadReport(schedule, steps);
        if (reports.size() == 1) {
            return new LoadReport(schedule, steps, reports.get(0).faults());
        }
        List<String> faults = new ArrayList<>();
        if (merged.reasons().isEmpty()) {
            for (int part = 0; part < reports.size(); part++) {
                String name = "part " + (part + 1) + " of " + reports.size() + ": ";
                reports.get(part).reasons().forEach(reason -> faults.add(name + reason));
            }
        } else {
            reports.forEach(report -> faults.addAll(report.faults()));
        }
        return new LoadReport(schedule, steps, faults);
    }

    /** Schedule with verdict, and for each step count, milliseconds at percentiles, and the histogram itself. */
    public JsonObject toJson() {
        JsonObject each = new JsonObject();
        steps.forEach((name, times) -> each.put(name, json(times)));
        return new JsonObject().put("schedule", scheduleJson()).put("steps", each);
    }

    /** The schedule with its verdict alone, which costs little. */
    public JsonObject scheduleJson() {
        return schedule.toJson()
                .put("verdict", verdict().name())
                .put("reasons", new JsonArray(reasons()))
                .put("faults", new JsonArray(faults));
    }

    private static JsonObject json(Histogram times) {
        ByteBuffer buffer = ByteBuffer.allocate(times.getNeededByteBufferCapacity());
        int length = times.encodeIntoCompressedByteBuffer(buffer);
        byte[] compressed = new byte[length];
        buffer.flip();
        buffer.get(compressed);
        return new JsonObject()
                .put("count", times.getTotalCount())
                .put("p50Millis", millis(times, 50))
                .put("p95Millis", millis(times, 95))
                .put("p99Millis", millis(times, 99))
                .put("maxMillis", times.getMaxValue() / 1e6)
                .put("histogram", Base64.getEncoder().encodeToString(compressed));
    }

    private static double millis(Histogram times, double percentile) {
        return times.getTotalCount() == 0 ? 0 : times.getValueAtPercentile(percentile) / 1e6;
    }

    /**
     * Reads what {@link #toJson()} gave.
     *
     * @throws IllegalArgumentException when it is no such report, with what is wrong in it
     */
    public static LoadReport fromJson(JsonObject json) {
        try {
            JsonObject schedule = json.getJsonObject("schedule");
            Map<String, Histogram> steps = new LinkedHashMap<>();
            for (Map.Entry<String, Object> step : json.getJsonObject("steps")) {
                steps.put(step.getKey(), decoded(((JsonObject) step.getValue()).getString("histogram")));
            }
            List<String> faults = schedule.getJsonArray("faults", new JsonArray()).stream()
                    .map(Object::toString)
                    .toList();
            return new LoadReport(LoadSchedule.fromJson(schedule), steps, faults);
        } catch (RuntimeException | DataFormatException wrong) {
            throw new IllegalArgumentException("no load report: " + wrong.getMessage(), wrong);
        }
    }

    private static Histogram decoded(String base64) throws DataFormatException {
        return Histogram.decodeFromCompressedByteBuffer(
                ByteBuffer.wrap(Base64.getDecoder().decode(base64)), 0);
    }
}
