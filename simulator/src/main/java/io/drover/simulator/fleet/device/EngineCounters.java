package io.drover.simulator.fleet.device;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts and times of one engine's devices; any thread. Never a device id among the labels. */
public final class EngineCounters {
    private static final String ENGINE = "engine";
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(120)
    };

    /** What takes a device time. */
    public enum Step {
        HANDSHAKE("drover.fleet.handshakes", "TCP connections with their TLS handshake"),
        CONNECT("drover.fleet.connects", "MQTT sign-ins, from CONNECT to CONNACK"),
        REGISTRATION("drover.fleet.registrations", "Registrations at a provisioning service, with all their waiting"),
        MOVE("drover.fleet.moves", "Moves, from the accepted DeviceMove to the connection at the target");

        private final String meter;
        private final String description;

        Step(String meter, String description) {
            this.meter = meter;
            this.description = description;
        }
    }

    private final Map<DevicePhase, LongAdder> phases = new EnumMap<>(DevicePhase.class);
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    /** Looking a meter up in the registry costs more than a CONNECT. */
    private final Map<Timing, Timer> timers = new ConcurrentHashMap<>();

    private final Engine engine;
    private final MeterRegistry registry;
    private final LongAdder settled = new LongAdder();
    private final LongAdder telemetry = new LongAdder();
    private final LongAdder commands = new LongAdder();

    EngineCounters(Engine engine, MeterRegistry registry) {
        this.engine = engine;
        this.registry = registry;
        for (DevicePhase phase : DevicePhase.values()) {
            phases.put(phase, new LongAdder());
            Gauge.builder("drover.fleet.devices", () -> in(phase))
                    .description("Virtual devices by phase")
                    .tag(ENGINE, engine.text())
                    .tag("phase", phase.text())
                    .register(registry);
        }
        Gauge.builder("drover.fleet.settled", this::settled)
                .description("Devices that have connected at the source, or are not meant to")
                .tag(ENGINE, engine.text())
                .register(registry);
        FunctionCounter.builder("drover.fleet.telemetry", this, EngineCounters::telemetry)
                .description("Telemetry messages acknowledged by a hub")
                .tag(ENGINE, engine.text())
                .register(registry);
    }

    /** A device came into being in this phase. */
    public void added(DevicePhase phase) {
        phases.get(phase).increment();
    }

    /** A device went from one phase to another. */
    public void moved(DevicePhase from, DevicePhase to) {
        phases.get(from).decrement();
        phases.get(to).increment();
    }

    /** Something failed for a device, to be tried again. */
    public void failed(Throwable failure) {
        errors.computeIfAbsent(DeviceFailure.reasonOf(failure), this::errorsBy).increment();
    }

    private LongAdder errorsBy(String reason) {
        LongAdder count = new LongAdder();
        FunctionCounter.builder("drover.fleet.errors", count, LongAdder::sum)
                .description("Failures of virtual devices by reason")
                .tag(ENGINE, engine.text())
                .tag("reason", reason)
                .register(registry);
        return count;
    }

    /** A device is where its behaviour wants it before the move; once for each. */
    public void hasSettled() {
        settled.increment();
    }

    /** Times one step from its start (System.nanoTime()) to its end, with how it ended: {@code ok} or the reason of the failure. */
    public <T> Future<T> timed(Step step, String where, Future<T> work, long startedNanos) {
        return work.onComplete(done -> timers.computeIfAbsent(
                        new Timing(step, where, done.succeeded() ? "ok" : DeviceFailure.reasonOf(done.cause())),
                        this::timer)
                .record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS));
    }

    private record Timing(Step step, String where, String outcome) {}

    private Timer timer(Timing timing) {
        return Timer.builder(timing.step().meter)
                .description(timing.step().description)
                .tag(ENGINE, engine.text())
                .tag("where", timing.where())
                .tag("outcome", timing.outcome())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** A device that had accepted a DeviceMove is connected at the target. */
    public void arrived(long acceptedNanos) {
        timed(Step.MOVE, "target", Future.succeededFuture(), acceptedNanos);
    }

    /** A hub has acknowledged a message. */
    public void telemetrySent() {
        telemetry.increment();
    }

    /** A device gave a direct method this status. */
    public void commandAnswered(int status) {
        commands.increment();
        Counter.builder("drover.fleet.commands")
                .description("Direct methods answered by virtual devices, by the status they gave")
                .tag(ENGINE, engine.text())
                .tag("status", Integer.toString(status))
                .register(registry)
                .increment();
    }

    /** Devices that have been connected at the source once, or whose behaviour keeps them away from it. */
    public long settled() {
        return settled.sum();
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
