package io.drover.worker.metrics;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Where the devices of one migration stand, as the ledger says. Waves beyond the {@value #WAVES}th are added up, so that
 * the number of series has a bound. A gauge stays while it has a value: one that were made anew each time would be there twice for a
 * scrape that comes in between. Show from one event loop; scrapes come from any thread.
 */
public final class MigrationGauges {
    private static final int WAVES = 30;
    private static final String BEYOND = (WAVES + 1) + "+";

    private final MeterRegistry meters;
    private final Gauge alive;
    private boolean closed;
    private final MultiGauge states;
    private final MultiGauge reasons;
    private final Map<Standing, AtomicLong> devices = new HashMap<>();
    private final Map<Cause, AtomicLong> causes = new HashMap<>();
    private final AtomicLong aliveOnBothSides = new AtomicLong();

    public MigrationGauges(MeterRegistry meters, String migration) {
        this.meters = meters;
        this.states = MultiGauge.builder("drover.devices")
                .description("Devices by state and wave; wave 0 are those that no wave has taken")
                .tag("migration", migration)
                .register(meters);
        this.reasons = MultiGauge.builder("drover.devices.reasons")
                .description("Devices by the reason why they failed, wait or do not move")
                .tag("migration", migration)
                .register(meters);
        this.alive = Gauge.builder("drover.devices.alive.on.both.sides", aliveOnBothSides, AtomicLong::get)
                .description("Moved devices that were still active at the source")
                .tag("migration", migration)
                .register(meters);
    }

    /** Shows these from now on. */
    public synchronized void show(DeviceCounts counts, long onBothSides) {
        if (closed) {
            return;
        }
        aliveOnBothSides.set(onBothSides);
        Map<Standing, Long> byState = new HashMap<>();
        Map<Cause, Long> byReason = new HashMap<>();
        for (DeviceState state : DeviceState.values()) {
            byState.put(new Standing("0", state), 0L);
        }
        for (DeviceCounts.Entry entry : counts.entries()) {
            String wave = entry.wave() > WAVES ? BEYOND : Integer.toString(entry.wave());
            byState.merge(new Standing(wave, entry.state()), entry.devices(), Long::sum);
            if (entry.reason() != null) {
                byReason.merge(new Cause(entry.state(), entry.reason()), entry.devices(), Long::sum);
            }
        }
        update(devices, byState, states, Standing::tags);
        update(causes, byReason, reasons, Cause::tags);
    }

    private static <K> void update(
            Map<K, AtomicLong> shown, Map<K, Long> now, MultiGauge gauge, Function<K, Tags> tags) {
        now.forEach((key, value) ->
                shown.computeIfAbsent(key, added -> new AtomicLong()).set(value));
        shown.keySet().retainAll(now.keySet());
        gauge.register(
                shown.entrySet().stream()
                        .map(entry -> Row.of(tags.apply(entry.getKey()), entry.getValue(), AtomicLong::get))
                        .toList(),
                false);
    }

    /** Shows nothing any more. */
    public synchronized void close() {
        closed = true;
        states.register(List.of(), true);
        reasons.register(List.of(), true);
        meters.remove(alive);
    }

    private record Standing(String wave, DeviceState state) {
        Tags tags() {
            return Tags.of("wave", wave, "state", state.name());
        }
    }

    private record Cause(DeviceState state, FailureReason reason) {
        Tags tags() {
            return Tags.of("state", state.name(), "reason", reason.name());
        }
    }
}
