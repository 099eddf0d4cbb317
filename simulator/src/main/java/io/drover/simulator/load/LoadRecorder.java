package io.drover.simulator.load;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Times of one process's operations: a histogram for each step, and, where asked for, a row for each operation. Any thread; instants
 * are of {@link System#nanoTime()}.
 */
public final class LoadRecorder {
    private final Map<LoadStep, Times> steps = new EnumMap<>(LoadStep.class);
    private final DeviceLog log;

    /** Records histograms alone. */
    public LoadRecorder() {
        this(null);
    }

    /** Records rows as well; null for none. */
    public LoadRecorder(DeviceLog log) {
        this.log = log;
        for (LoadStep step : LoadStep.values()) {
            steps.put(step, new Times());
        }
    }

    /** What follows one operation from here on, which was meant to begin at the given instant. */
    public LoadTrack track(int index, long meantNanos) {
        if (log != null) {
            log.meant(index, meantNanos);
        }
        return new LoadTrack(this, index, meantNanos);
    }

    /** The rows; empty when none are kept. */
    public Optional<DeviceLog> log() {
        return Optional.ofNullable(log);
    }

    /** Operations that have begun. */
    public long started() {
        return reached(LoadStep.LAG);
    }

    /** How often this step was reached. */
    public long reached(LoadStep step) {
        return steps.get(step).count();
    }

    /** A step of an operation was reached at the second instant, counted from the first. */
    public void record(LoadStep step, int index, long fromNanos, long nowNanos) {
        steps.get(step).add(nowNanos - fromNanos);
        if (log != null) {
            log.reached(step, index, nowNanos);
        }
    }

    /** A device has accepted what it was told. */
    void accepted(int index, long nowNanos) {
        if (log != null) {
            log.accepted(index, nowNanos);
        }
    }

    /** Copies of these steps' histograms, by the steps' names. */
    public Map<String, Histogram> copy(Set<LoadStep> wanted) {
        Map<String, Histogram> copies = new LinkedHashMap<>();
        wanted.forEach(step -> copies.put(step.text(), steps.get(step).copy()));
        return copies;
    }

    private static final class Times {
        private final Histogram all = LoadReport.histogram();

        synchronized void add(long nanos) {
            all.recordValue(Math.max(0, Math.min(LoadReport.MOST_NANOS, nanos)));
        }

        synchronized long count() {
            return all.getTotalCount();
        }

        synchronized Histogram copy() {
            return all.copy();
        }
    }
}
