package io.drover.simulator.load;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** One process's part of a load: its loops, what they recorded, and when it began. Any thread. */
public final class LoadRun {
    private final LoadRecorder recorder;
    private final long operations;
    private final Duration lagLimit;
    private final Clock clock;
    private final List<OpenLoop> loops = new CopyOnWriteArrayList<>();
    private Instant startedAt;
    private long originNanos;

    /** A load of so many operations that has not begun. */
    public LoadRun(LoadRecorder recorder, long operations, Duration lagLimit, Clock clock) {
        this.recorder = recorder;
        this.operations = operations;
        this.lagLimit = lagLimit;
        this.clock = clock;
    }

    /** What its operations record to. */
    public LoadRecorder recorder() {
        return recorder;
    }

    /** A loop that begins with it. */
    public void add(OpenLoop loop) {
        loops.add(loop);
    }

    /** Sets when intended starts count from, once; later calls do nothing. It may lie ahead. */
    public synchronized void beginAt(Instant at) {
        if (startedAt == null) {
            startedAt = at;
            originNanos =
                    System.nanoTime() + Duration.between(clock.instant(), at).toNanos();
        }
    }

    /** When ({@link System#nanoTime()}) intended starts count from: now, unless it was set before. */
    public synchronized long originNanos() {
        beginAt(clock.instant());
        return originNanos;
    }

    /** When intended starts count from; null before it was set. */
    public synchronized Instant startedAt() {
        return startedAt;
    }

    /** Operations that are meant to have begun by now. */
    public long due() {
        return due(System.nanoTime());
    }

    private long due(long nowNanos) {
        return loops.stream().mapToLong(loop -> loop.due(nowNanos)).sum();
    }

    /** What the load has come to. */
    public LoadReport report() {
        return report(EnumSet.allOf(LoadStep.class));
    }

    /** As the report, with the lag alone of its times: what judges the schedule, and costs little. */
    public LoadReport scheduleReport() {
        return report(EnumSet.of(LoadStep.LAG));
    }

    private LoadReport report(Set<LoadStep> steps) {
        long now = System.nanoTime();
        long due = due(now);
        long dueLong = due(now - lagLimit.toNanos());
        // After the counts of what is due, so that what begins meanwhile is not missed.
        long started = recorder.started();
        return new LoadReport(
                new LoadSchedule(startedAt(), operations, due, started, Math.max(0, dueLong - started), lagLimit),
                recorder.copy(steps));
    }
}
