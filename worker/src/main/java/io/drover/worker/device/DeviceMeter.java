package io.drover.worker.device;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what happens to devices, times their way and has it traced. No label names a device or a migration. Thread-safe. */
public final class DeviceMeter {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofDays(1),
        Duration.ofDays(7)
    };

    private final MeterRegistry meters;
    private final Timer moves;
    private final Counter commands;
    private final DistributionSummary attempts;
    private final DistributionSummary batches;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AttemptSpans spans;
    /** By the state that was left and the one that was taken; the registry's own look-up is dear. */
    private final Map<DeviceState, Map<DeviceState, Counter>> transitions = new ConcurrentHashMap<>();

    private final Map<MoveStage, Timer> stages = new EnumMap<>(MoveStage.class);

    /** One for each ledger that is open; traces go where the process sends its own. */
    public DeviceMeter(MeterRegistry meters) {
        this(meters, GlobalOpenTelemetry.get());
    }

    DeviceMeter(MeterRegistry meters, OpenTelemetry telemetry) {
        this.meters = meters;
        this.spans = new AttemptSpans(telemetry);
        this.batches = DistributionSummary.builder("drover.ledger.batch")
                .description("Changes of devices in one transaction of the ledger")
                .baseUnit("changes")
                .serviceLevelObjectives(1, 4, 16, 64, 128, 256)
                .register(meters);
        Gauge.builder("drover.ledger.changes.waiting", waiting, AtomicInteger::get)
                .description("Changes of devices that wait for a transaction of the ledger")
                .register(meters);
        this.moves = Timer.builder("drover.device.moves")
                .description("Moves that are proven, from the first command to the last proof")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        this.commands = Counter.builder("drover.device.commands")
                .description("Commands to move, every attempt of a device counted")
                .register(meters);
        this.attempts = DistributionSummary.builder("drover.device.attempts")
                .description("Commands that a device took until its end")
                .serviceLevelObjectives(1, 2, 3, 5, 10, 20)
                .register(meters);
        for (MoveStage stage : MoveStage.values()) {
            stages.put(
                    stage,
                    Timer.builder("drover.device.stages")
                            .description("Time of each stage of the proven moves, in the attempt that succeeded")
                            .tag("stage", stage.label())
                            .serviceLevelObjectives(BUCKETS)
                            .register(meters));
        }
    }

    /** So many more changes wait for a transaction, or fewer. */
    void waiting(int more) {
        waiting.addAndGet(more);
    }

    /** So many changes go into one transaction. */
    void batch(int changes) {
        batches.record(changes);
    }

    /** A row was changed and committed. */
    void changed(DeviceRow before, DeviceRow after) {
        if (after.attempt() > before.attempt()) {
            commands.increment((double) after.attempt() - before.attempt());
            // After an operator's retry the attempt had ended, and was written then.
            if (before.retries() > 0 || before.state() == DeviceState.WAITING) {
                spans.repeated(before, after);
            }
        }
        if (before.state() != after.state()) {
            moved(before.state(), after.state(), 1);
            if (after.state().isFinal()) {
                spans.ended(after, () -> ended(after));
            }
        }
    }

    /** So many devices went from one state to another. */
    void moved(DeviceState from, DeviceState to, int devices) {
        transitions
                .computeIfAbsent(from, state -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        to,
                        state -> Counter.builder("drover.device.transitions")
                                .description("Changes of device states")
                                .tag("from", from.name())
                                .tag("to", to.name())
                                .register(meters))
                .increment(devices);
    }

    private void ended(DeviceRow row) {
        if (row.attempt() > 0) {
            attempts.record(row.attempt());
        }
        if (row.state() == DeviceState.MIGRATED) {
            timed(row);
        } else if (row.reason() != null) {
            Counter.builder("drover.device.failures")
                    .description("Devices that ended without having moved, by state and reason")
                    .tag("state", row.state().name())
                    .tag("reason", row.reason().name())
                    .register(meters)
                    .increment();
        }
    }

    private void timed(DeviceRow row) {
        record(moves, row.commandedAt(), row.finishedAt());
        Instant last = row.attemptAt();
        for (MoveStage stage : MoveStage.values()) {
            Instant proof = stage.proof(row);
            record(stages.get(stage), last, proof);
            last = proof == null || (last != null && proof.isBefore(last)) ? last : proof;
        }
    }

    /** Evidence that was not seen takes no time, and what came out of order is not counted as negative. */
    private static void record(Timer timer, Instant from, Instant to) {
        if (from != null && to != null) {
            Duration took = Duration.between(from, to);
            timer.record(took.isNegative() ? Duration.ZERO : took);
        }
    }
}
