package io.drover.simulator.fleet.lean;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of the whole fleet; any thread. */
public final class FleetCounters {
    private final Map<DevicePhase, LongAdder> phases = new EnumMap<>(DevicePhase.class);
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final LongAdder telemetry = new LongAdder();
    private final LongAdder commands = new LongAdder();

    /** All counts at zero. */
    public FleetCounters() {
        for (DevicePhase phase : DevicePhase.values()) {
            phases.put(phase, new LongAdder());
        }
    }

    void added(DevicePhase phase) {
        phases.get(phase).increment();
    }

    void moved(DevicePhase from, DevicePhase to) {
        phases.get(from).decrement();
        phases.get(to).increment();
    }

    void failed(Throwable failure) {
        errors.computeIfAbsent(DeviceFailure.reasonOf(failure), reason -> new LongAdder())
                .increment();
    }

    void telemetrySent() {
        telemetry.increment();
    }

    void commandAnswered() {
        commands.increment();
    }

    /** Devices in the phase now. */
    public long in(DevicePhase phase) {
        return phases.get(phase).sum();
    }

    /** Failures so far by reason. */
    public Map<String, Long> errors() {
        Map<String, Long> copy = new TreeMap<>();
        errors.forEach((reason, count) -> copy.put(reason, count.sum()));
        return copy;
    }

    /** Telemetry messages the hubs have acknowledged. */
    public long telemetry() {
        return telemetry.sum();
    }

    /** Direct methods answered. */
    public long commands() {
        return commands.sum();
    }
}
