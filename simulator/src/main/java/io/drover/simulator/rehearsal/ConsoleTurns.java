package io.drover.simulator.rehearsal;

import io.drover.simulator.rehearsal.CountProbe.Look;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Turns of a migration with people at the console and without them, once its pace is steady. Each pair of turns is in the other order than the
 * one before, so that a pace that grows or falls by itself counts for neither. For one thread, which waits.
 */
final class ConsoleTurns {
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final double STEADY_PERCENT = 5;

    private final ConsoleCrowd crowd;
    private final Duration length;
    private final Map<String, ProcessHandle> processes;
    private final Map<Kind, List<Turn>> turns = new EnumMap<>(Kind.class);

    /** Whether people were there. */
    enum Kind {
        WITHOUT,
        WITH
    }

    /**
     * One turn.
     *
     * @param pace migrated devices per second
     * @param cores of each process, how many processor cores it used
     */
    record Turn(double pace, Map<String, Double> cores) {}

    /** @param processes by the name they are shown with, whose use of the processor is told */
    ConsoleTurns(ConsoleCrowd crowd, Duration length, Map<String, ProcessHandle> processes) {
        this.crowd = crowd;
        this.length = length;
        this.processes = new LinkedHashMap<>(processes);
        for (Kind kind : Kind.values()) {
            turns.put(kind, new ArrayList<>());
        }
    }

    /** Waits until the pace of two windows one after the other is the same but for a few percent; false when it never is. */
    boolean awaitSteady(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        double before = 0;
        while (System.nanoTime() < deadline) {
            Look from = crowd.probe().last();
            rest(WINDOW);
            double pace = pace(from, crowd.probe().last());
            if (before > 0 && Math.abs(pace - before) * 100 <= STEADY_PERCENT * before) {
                return true;
            }
            before = pace;
        }
        return false;
    }

    void run(int pairs) {
        for (int pair = 0; pair < pairs; pair++) {
            boolean peopleFirst = pair % 2 == 1;
            turn(peopleFirst ? Kind.WITH : Kind.WITHOUT);
            turn(peopleFirst ? Kind.WITHOUT : Kind.WITH);
        }
    }

    private void turn(Kind kind) {
        if (kind == Kind.WITH) {
            crowd.come();
        }
        rest(SETTLE);
        crowd.count(kind == Kind.WITH);
        Look from = crowd.probe().last();
        Map<String, Long> used = used();
        long begun = System.nanoTime();
        rest(length);
        Map<String, Double> cores = cores(used, System.nanoTime() - begun);
        turns.get(kind).add(new Turn(pace(from, crowd.probe().last()), cores));
        if (kind == Kind.WITH) {
            crowd.leave();
        }
    }

    private static double pace(Look from, Look to) {
        return (to.migrated() - from.migrated()) * 1e9 / Math.max(1, to.nanos() - from.nanos());
    }

    private Map<String, Long> used() {
        Map<String, Long> used = new LinkedHashMap<>();
        processes.forEach((name, process) -> used.put(
                name, process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos()));
        return used;
    }

    private Map<String, Double> cores(Map<String, Long> before, long nanos) {
        Map<String, Double> cores = new LinkedHashMap<>();
        used().forEach((name, now) -> cores.put(name, (now - before.get(name)) / (double) nanos));
        return cores;
    }

    /** Mean pace of the turns of a kind, in devices per second. */
    double pace(Kind kind) {
        return turns.get(kind).stream().mapToDouble(Turn::pace).average().orElse(0);
    }

    /** Of the pace with people against that without, in percent. */
    double difference() {
        return 100 * (pace(Kind.WITH) - pace(Kind.WITHOUT)) / pace(Kind.WITHOUT);
    }

    /** The paces of a kind, and the cores that each process used on average. */
    String text(Kind kind) {
        List<Turn> those = turns.get(kind);
        String paces = those.stream().map(turn -> "%.1f".formatted(turn.pace())).collect(Collectors.joining(", "));
        String cores = processes.keySet().stream()
                .map(name -> "%s %.2f"
                        .formatted(
                                name,
                                those.stream()
                                        .mapToDouble(turn -> turn.cores().get(name))
                                        .average()
                                        .orElse(0)))
                .collect(Collectors.joining(", "));
        return paces + " devices/s; cores used: " + cores;
    }

    private static void rest(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, POLL.toNanos()));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted while measuring", stopped);
        }
    }
}
