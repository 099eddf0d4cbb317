package io.drover.simulator.cloud.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts and times what the emulated services are asked, whatever the protocol. Operations and statuses are words of the service,
 * never something a caller chose, so the number of series is bounded and no device id gets into one. Thread-safe.
 */
public final class CallMeter {
    private static final String METER = "drover.cloud.calls";
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private record Call(CloudService service, String operation, String status) {}

    private final MeterRegistry registry;
    private final Map<Call, Timer> timers = new ConcurrentHashMap<>();

    public CallMeter(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Counts into a registry of its own, for a service that runs without a cloud around it. */
    public static CallMeter unobserved() {
        return new CallMeter(new SimpleMeterRegistry());
    }

    /** One call has been answered; {@code startedNanos} is System.nanoTime() of its arrival. */
    public void answered(CloudService service, String operation, String status, long startedNanos) {
        timers.computeIfAbsent(new Call(service, operation, status), this::timer)
                .record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }

    /** The counts so far by {@code service.operation.status}. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        timers.forEach((call, timer) ->
                counts.put(call.service().text() + "." + call.operation() + "." + call.status(), timer.count()));
        return counts;
    }

    private Timer timer(Call call) {
        return Timer.builder(METER)
                .description("Calls answered by the emulated services, and how long the answers took")
                .tag("service", call.service().text())
                .tag("operation", call.operation())
                .tag("status", call.status())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
