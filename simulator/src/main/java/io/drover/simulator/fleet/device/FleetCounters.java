package io.drover.simulator.fleet.device;

import io.drover.simulator.load.LoadRecorder;
import io.drover.simulator.load.LoadRun;
import io.drover.simulator.load.LoadSchedule;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Counts of the whole fleet over its engines, as {@code /fleet/status} shows them; any thread. */
public final class FleetCounters {
    private final Map<Engine, EngineCounters> engines = new EnumMap<>(Engine.class);
    private final LoadRun load;

    /** All counts at zero, as meters of this registry too, with a load of its own. */
    public FleetCounters(MeterRegistry registry) {
        this(registry, new LoadRun(new LoadRecorder(), 0, LoadSchedule.LAG_LIMIT, Clock.systemUTC()));
    }

    /** All counts at zero, as meters of this registry too. */
    public FleetCounters(MeterRegistry registry, LoadRun load) {
        this.load = load;
        for (Engine engine : Engine.values()) {
            engines.put(engine, new EngineCounters(engine, registry));
        }
        FunctionCounter.builder("drover.fleet.starts.due", load, LoadRun::due)
                .description("Devices that the ramp meant to start by now")
                .register(registry);
        FunctionCounter.builder("drover.fleet.starts", load.recorder(), LoadRecorder::started)
                .description("Devices that were started; behind those due, the load is not what the scenario says")
                .register(registry);
    }

    /** When devices are meant to start, and what comes of it. */
    public LoadRun load() {
        return load;
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
