package io.drover.simulator.rehearsal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How soon a worker that was started again sent its first command, process start included; only for starts at which many
 * devices had not been commanded yet, as otherwise there may have been nothing to send.
 */
record Recovery(List<Duration> gaps) {
    private static final int LEAST_SHARE_PERCENT = 5;

    Recovery {
        gaps = gaps.stream().sorted().toList();
    }

    static Recovery of(List<Instant> restarts, List<DeviceTruth> truth) {
        NavigableSet<Instant> commands = new TreeSet<>();
        List<Instant> first = new ArrayList<>();
        for (DeviceTruth device : truth) {
            commands.addAll(device.commandsRequested());
            device.commandsRequested().stream().min(Instant::compareTo).ifPresent(first::add);
        }
        List<Duration> gaps = new ArrayList<>();
        for (int i = 0; i < restarts.size(); i++) {
            Instant restart = restarts.get(i);
            Instant end = i + 1 < restarts.size() ? restarts.get(i + 1) : Instant.MAX;
            Instant next = commands.ceiling(restart);
            long left = first.stream().filter(at -> !at.isBefore(restart)).count();
            if (next != null && next.isBefore(end) && left * 100 >= (long) LEAST_SHARE_PERCENT * truth.size()) {
                gaps.add(Duration.between(restart, next));
            }
        }
        return new Recovery(gaps);
    }

    boolean isEmpty() {
        return gaps.isEmpty();
    }

    double medianSeconds() {
        return gaps.get(gaps.size() / 2).toMillis() / 1000.0;
    }

    double longestSeconds() {
        return gaps.get(gaps.size() - 1).toMillis() / 1000.0;
    }
}
