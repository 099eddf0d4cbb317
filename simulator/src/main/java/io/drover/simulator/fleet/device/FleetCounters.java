package io.drover.simulator.fleet.device;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Counts of the whole fleet over its engines, as {@code /fleet/status} shows them; any thread. */
public final class FleetCounters {
    private final Map<Engine, EngineCounters> engines = new EnumMap<>(Engine.class);

    /** All counts at zero, as meters of this registry too. */
    public FleetCounters(MeterRegistry registry) {
        for (Engine engine : Engine.values()) {
            engines.put(engine, new EngineCounters(engine, registry));
        }
    }

    /** The counts of one engine's devices. */
    public EngineCounters of(Engine engine) {
        return engines.get(engine);
    }

    /** Devices that have been connected at the source once, or whose behaviour keeps them away from it. */
    public long settled() {
        return sum(EngineCounters::settled);
    }

    /** Devices in the phase now. */
    public long in(DevicePhase phase) {
        return sum(counters -> counters.in(phase));
    }

    /** Failures so far by reason. */
    public Map<String, Long> errors() {
        Map<String, Long> all = new TreeMap<>();
        engines.values()
                .forEach(counters -> counters.errors().forEach((reason, count) -> all.merge(reason, count, Long::sum)));
        return all;
    }

    /** Telemetry messages the hubs have acknowledged. */
    public long telemetry() {
        return sum(EngineCounters::telemetry);
    }

    /** Direct methods answered. */
    public long commands() {
        return sum(EngineCounters::commands);
    }

    private long sum(ToLongFunction<EngineCounters> count) {
        return engines.values().stream().mapToLong(count).sum();
    }
}
