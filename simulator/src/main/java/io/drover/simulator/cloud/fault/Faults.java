package io.drover.simulator.cloud.fault;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The faults that are switched on, asked at each injection point. A decision depends on seed, fault, device (or host) and how many calls
 * that one has made, never on time (beyond the fault's window) or on others' calls: the same calls meet the same faults. Thread-safe,
 * never blocks.
 */
public final class Faults {
    /** Devices and hosts counted apart for one fault; all beyond count together. */
    private static final int MOST_KEYS = 1_000_000;

    private static final String OTHERS = "\0others";

    /** A fault with what it has done so far. */
    public static final class Switched {
        private final Fault fault;
        private final Instant since;
        private final ConcurrentMap<String, AtomicLong> calls = new ConcurrentHashMap<>();
        private final LongAdder strikes = new LongAdder();

        private Switched(Fault fault, Instant since) {
            this.fault = fault;
            this.since = since;
        }

        public Fault fault() {
            return fault;
        }

        /** How often it struck since it was switched on. */
        public long strikes() {
            return strikes.sum();
        }

        /** Whether its window is open. */
        public boolean open(Instant now) {
            Instant begin = since.plus(fault.after());
            return !now.isBefore(begin) && (fault.lasting() == null || now.isBefore(begin.plus(fault.lasting())));
        }

        private long ordinal(String key) {
            AtomicLong counted = calls.get(key);
            if (counted == null) {
                counted = calls.computeIfAbsent(calls.size() < MOST_KEYS ? key : OTHERS, first -> new AtomicLong());
            }
            return counted.getAndIncrement();
        }
    }

    private final Clock clock;
    private final int timeCompression;
    private final Map<String, Switched> plan = new ConcurrentSkipListMap<>();
    private final Map<FaultKind, LongAdder> injected = new EnumMap<>(FaultKind.class);
    private final List<Consumer<Switched>> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<FaultKind.Point, List<Switched>> byPoint = Map.of();

    /** @param timeCompression divides the Retry-After of refusals, as it does for real ones */
    public Faults(Clock clock, int timeCompression) {
        this.clock = clock;
        this.timeCompression = timeCompression;
        for (FaultKind kind : FaultKind.values()) {
            injected.put(kind, new LongAdder());
        }
    }

    /** A plan in which nothing ever goes wrong, for services that run without a cloud around them. */
    public static Faults none() {
        return new Faults(Clock.systemUTC(), 1);
    }

    /** Switches the fault on, in the place of one of the same name; its window and its counts begin now. */
    public synchronized void put(Fault fault) {
        Switched switched = new Switched(fault, clock.instant());
        plan.put(fault.name(), switched);
        index();
        listeners.forEach(listener -> listener.accept(switched));
    }

    /** Switches the fault off; false when there was none of the name. */
    public synchronized boolean remove(String name) {
        boolean removed = plan.remove(name) != null;
        index();
        return removed;
    }

    /** Switches all off. */
    public synchronized void clear() {
        plan.clear();
        index();
    }

    /** What is switched on, in the order of names. */
    public Collection<Switched> plan() {
        return List.copyOf(plan.values());
    }

    /** Called with each fault that is switched on, on the thread that does it. */
    public void onSwitch(Consumer<Switched> listener) {
        listeners.add(listener);
    }

    /** How often faults of this kind struck since the start. */
    public long injected(FaultKind kind) {
        return injected.get(kind).sum();
    }

    /** Whether any fault of the kind is switched on, its window open or not. */
    boolean has(FaultKind kind) {
        return byPoint.getOrDefault(kind.point(), List.of()).stream().anyMatch(each -> each.fault.kind() == kind);
    }

    /**
     * The first fault, in the order of names, that strikes here; counted. Calls are counted by device, else by host and operation.
     *
     * @param operations what the operation may be called in a pattern
     * @param device null when the call names none
     */
    Optional<Fault> strikes(FaultKind.Point point, String service, String host, String device, String... operations) {
        List<Switched> candidates = byPoint.getOrDefault(point, List.of());
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        String path = host + " " + operations[0];
        for (Switched candidate : candidates) {
            boolean concerned = candidate.open(now)
                    && Arrays.stream(operations)
                            .anyMatch(operation -> candidate.fault.concerns(service, operation, device));
            if (!concerned) {
                continue;
            }
            String counted = countedBy(candidate.fault, host, device == null ? path : device);
            if (candidate.fault.strikes(counted, candidate.ordinal(counted))) {
                struck(candidate);
                return Optional.of(candidate.fault);
            }
        }
        return Optional.empty();
    }

    /** The open faults of a kind that concern this call, uncounted; for faults that change what is shown. Without a device, those of any. */
    Optional<Fault> open(FaultKind kind, String service, String device, String operation) {
        Instant now = clock.instant();
        return byPoint.getOrDefault(kind.point(), List.of()).stream()
                .filter(each -> each.fault.kind() == kind
                        && each.open(now)
                        && (device == null
                                ? each.fault.isFor(service, operation)
                                : each.fault.concerns(service, operation, device)))
                .map(Switched::fault)
                .findFirst();
    }

    /** Counts a strike of a fault that {@link #open} told of. */
    void struck(Fault fault) {
        Switched switched = plan.get(fault.name());
        if (switched != null) {
            struck(switched);
        }
    }

    /** Whole seconds of Retry-After for a documented wait, at least 1. */
    long retryAfter(Duration documented) {
        return Math.max(1, (documented.toMillis() / timeCompression + 999) / 1_000);
    }

    /** How long an access token lives that would usually live so long. */
    public Duration tokenLifetime(Duration usual) {
        return strikes(FaultKind.Point.TOKEN, "entra", "entra", null, "token")
                .map(fault -> fault.delay().toSeconds() < 1 ? Duration.ofSeconds(1) : fault.delay())
                .orElse(usual);
    }

    Clock clock() {
        return clock;
    }

    /** Bursts are of a host, whichever device its calls name; a first call is that of a device, or of an operation without one. */
    private static String countedBy(Fault fault, String host, String key) {
        return fault.every() > 0 && fault.kind().point() == FaultKind.Point.REQUEST ? host : key;
    }

    private void struck(Switched switched) {
        switched.strikes.increment();
        injected.get(switched.fault.kind()).increment();
    }

    private void index() {
        Map<FaultKind.Point, List<Switched>> index = new EnumMap<>(FaultKind.Point.class);
        for (FaultKind.Point point : FaultKind.Point.values()) {
            index.put(
                    point,
                    plan.values().stream()
                            .filter(each -> each.fault.kind().point() == point)
                            .toList());
        }
        byPoint = index;
    }
}
