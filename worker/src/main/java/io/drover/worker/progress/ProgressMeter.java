package io.drover.worker.progress;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.migration.Migration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;

/** Turns counts over time into a rate and an estimate; keeps one minute of samples. Not thread-safe. */
public final class ProgressMeter {
    private record Sample(Instant at, long finished) {}

    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final String migration;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    public ProgressMeter(String migration) {
        this.migration = migration;
    }

    /** Takes one more look; completes the progress at it. */
    public Progress sample(Instant at, Migration now, DeviceCounts devices, long aliveOnBothSides) {
        Map<DeviceState, Long> counts = devices.byState();
        long finished = Progress.finished(counts);
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        samples.addLast(new Sample(at, finished));
        while (samples.size() > 2
                && Duration.between(samples.peekFirst().at(), at).compareTo(LONG) > 0) {
            samples.removeFirst();
        }
        double lately = rate(at, SHORT);
        double longer = rate(at, LONG);
        return new Progress(
                at,
                migration,
                now.state(),
                now.stateReason(),
                counts,
                devices.byReason(),
                aliveOnBothSides,
                lately,
                Progress.Eta.of(total - finished, lately, longer));
    }

    private double rate(Instant now, Duration window) {
        Sample last = samples.peekLast();
        for (Sample sample : samples) {
            Duration age = Duration.between(sample.at(), now);
            if (age.compareTo(window) <= 0) {
                return age.isZero() ? 0 : (last.finished() - sample.finished()) * 1000.0 / age.toMillis();
            }
        }
        return 0;
    }
}
