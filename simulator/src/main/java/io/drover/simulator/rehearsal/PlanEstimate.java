package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the worker's plan said of the time, and what the migration then took; all in seconds.
 *
 * @param planned from the first command to the last arrival, by the plan
 * @param took the same by the ground truth; 0 when nothing arrived
 * @param plannedStart from the worker's start to its first command, by the plan
 * @param start the same by the ground truth
 */
record PlanEstimate(double planned, double took, double plannedStart, double start) {

    /** Compares {@code plan --output json} with the truth of a migration whose worker was started at {@code started}. */
    static PlanEstimate of(JsonNode plan, List<DeviceTruth> truth, Instant started) {
        Optional<Instant> first = truth.stream()
                .flatMap(device -> device.commandsRequested().stream())
                .min(Comparator.naturalOrder());
        Optional<Instant> last =
                truth.stream().flatMap(device -> device.provenAt().stream()).max(Comparator.naturalOrder());
        boolean arrived = first.isPresent() && last.isPresent();
        return new PlanEstimate(
                plan.path("movingSeconds").asDouble(),
                arrived ? seconds(first.get(), last.get()) : 0,
                plan.path("startUpSeconds").asDouble(),
                arrived ? seconds(started, first.get()) : 0);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }

    /** How far the plan was off, in percent of what it took; above 0 when it said too much. */
    double percentOff() {
        return took == 0 ? 100 : 100 * (planned - took) / took;
    }
}
