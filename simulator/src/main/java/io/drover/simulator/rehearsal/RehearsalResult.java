package io.drover.simulator.rehearsal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What came out of a rehearsal.
 *
 * @param states devices by final state in the worker's ledger
 * @param reasons devices by reason, for those that did not migrate
 * @param migration time from the worker's start to its end
 * @param commandToArrival milliseconds from the first delivery of the command to the first telemetry at the target
 * @param connectToCommand milliseconds from a late device's first connection to the first command that reached it
 * @param peakMebibytes highest resident memory of each process, where the machine tells
 * @param limits what the migration used of the documented limits
 * @param workerKills how often the worker was killed and started again
 * @param recovery how soon it then went on
 * @param estimate what the worker's plan said of the time; empty when it was not asked
 * @param back the way back; empty when there was none
 */
record RehearsalResult(
        String scenario,
        int devices,
        long seed,
        Map<String, Long> states,
        Map<String, Long> reasons,
        Duration migration,
        Histogram commandToArrival,
        Histogram connectToCommand,
        Reconciliation reconciliation,
        Map<String, Long> peakMebibytes,
        int workerKills,
        Recovery recovery,
        LimitUse limits,
        Optional<PlanEstimate> estimate,
        Optional<ReturnLeg> back) {

    static Histogram commandToArrival(Iterable<DeviceTruth> truth) {
        Histogram histogram = new Histogram(3);
        for (DeviceTruth device : truth) {
            if (device.moved() && device.firstDelivered().isPresent()) {
                Duration took = Duration.between(
                        device.firstDelivered().orElseThrow(), device.provenAt().orElseThrow());
                histogram.recordValue(Math.max(0, took.toMillis()));
            }
        }
        return histogram;
    }

    static Histogram connectToCommand(Iterable<DeviceTruth> truth) {
        Histogram histogram = new Histogram(3);
        for (DeviceTruth device : truth) {
            device.connectToCommand().ifPresent(took -> histogram.recordValue(Math.max(0, took.toMillis())));
        }
        return histogram;
    }

    static Map<String, Long> count(Iterable<String> values) {
        Map<String, Long> counts = new TreeMap<>();
        values.forEach(value -> {
            if (value != null && !value.isBlank()) {
                counts.merge(value, 1L, Long::sum);
            }
        });
        return counts;
    }

    double migrationsPerSecond() {
        double seconds = migration.toMillis() / 1000.0;
        return seconds == 0 ? 0 : states.getOrDefault("MIGRATED", 0L) / seconds;
    }
}
