package io.drover.simulator.cloud.quota;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Holds callers to the documented rates with one token bucket per limit and owner (a hub, a provisioning service, an application).
 * Compressed time multiplies the rates and divides the time to wait. Thread-safe, never blocks.
 */
public final class Quotas {
    public static final int MAX_TIME_COMPRESSION = 100;

    /** No document says how long a call is held back. */
    private static final Duration LONGEST_SHAPING = Duration.ofSeconds(2);

    private record Key(AzureLimit limit, String owner) {}

    private final int timeCompression;
    private final Map<Key, Bucket> buckets = new ConcurrentHashMap<>();
    private final Map<String, HubScale> hubs = new ConcurrentHashMap<>();
    private final Map<AzureLimit, LongAdder> refused = new EnumMap<>(AzureLimit.class);
    private final Map<AzureLimit, LongAdder> granted = new EnumMap<>(AzureLimit.class);
    private final Map<AzureLimit, LongAdder> shaped = new EnumMap<>(AzureLimit.class);
    private final Map<AzureLimit, Integer> amounts = new ConcurrentHashMap<>();
    private volatile boolean enforced = true;

    public Quotas(int timeCompression) {
        if (timeCompression < 1 || timeCompression > MAX_TIME_COMPRESSION) {
            throw new IllegalArgumentException("timeCompression must be between 1 and 100, not " + timeCompression);
        }
        this.timeCompression = timeCompression;
        for (AzureLimit limit : AzureLimit.values()) {
            refused.put(limit, new LongAdder());
            granted.put(limit, new LongAdder());
            shaped.put(limit, new LongAdder());
        }
    }

    /** Takes one call from the owner's quota: empty when granted, else whole seconds for {@code Retry-After}, at least 1. */
    public OptionalLong tryAcquire(AzureLimit limit, String owner) {
        return tryAcquire(limit, owner, 1);
    }

    /** As the other for a call that counts as several; a count beyond the limit's whole amount counts as that amount. */
    public OptionalLong tryAcquire(AzureLimit limit, String owner, int count) {
        if (!enforced) {
            return OptionalLong.empty();
        }
        Key key = new Key(limit, owner);
        Bucket bucket = buckets.computeIfAbsent(key, this::newBucket);
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(Math.min(count, capacity(key)));
        if (probe.isConsumed()) {
            granted.get(limit).add(count);
            return OptionalLong.empty();
        }
        countRefusal(limit);
        return OptionalLong.of(wholeSeconds(probe.getNanosToWaitForRefill()));
    }

    private static long wholeSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999L) / 1_000_000_000L);
    }

    /** As {@link #tryAcquire}, for the service's own work: nobody is answered 429, so a refusal is not counted. */
    public OptionalLong tryAcquireInside(AzureLimit limit, String owner) {
        OptionalLong wait = tryAcquire(limit, owner);
        if (wait.isPresent()) {
            refused.get(limit).decrement();
        }
        return wait;
    }

    /**
     * As {@link #tryAcquire} for a hub, which holds a call back a little before it refuses one ("traffic shaping"). The calls held back
     * have taken what will come, so that they go on in turn.
     */
    public Admission shape(AzureLimit limit, String owner, int count) {
        if (!enforced) {
            return Admission.AT_ONCE;
        }
        Key key = new Key(limit, owner);
        Bucket bucket = buckets.computeIfAbsent(key, this::newBucket);
        long tokens = Math.min(count, capacity(key));
        synchronized (bucket) {
            long wait = bucket.estimateAbilityToConsume(tokens).getNanosToWaitForRefill();
            if (wait > LONGEST_SHAPING.toNanos() / timeCompression) {
                countRefusal(limit);
                return new Admission(Duration.ZERO, OptionalLong.of(wholeSeconds(wait)));
            }
            granted.get(limit).add(count);
            long held = bucket.consumeIgnoringRateLimits(tokens);
            if (held == 0) {
                return Admission.AT_ONCE;
            }
            shaped.get(limit).increment();
            return new Admission(Duration.ofNanos(held), OptionalLong.empty());
        }
    }

    /**
     * Whether and when a call goes on.
     *
     * @param delay before it is carried out
     * @param retryAfter whole seconds of Retry-After when it is refused
     */
    public record Admission(Duration delay, OptionalLong retryAfter) {
        /** Of a call that no limit concerns. */
        public static final Admission AT_ONCE = new Admission(Duration.ZERO, OptionalLong.empty());
    }

    /**
     * Tells the size (1 to 3) and the units of a hub, on which its amounts depend.
     *
     * @param size the number in the SKU's name
     */
    public void hub(String owner, int size, int units) {
        hubs.put(owner, new HubScale(size, units));
        buckets.keySet().removeIf(key -> key.owner().equals(owner));
    }

    /** Whether the hub's size has been told; IoT Central's own hubs have none that is known. */
    public boolean isSized(String owner) {
        return hubs.containsKey(owner);
    }

    /** Counts a refusal by a limit that is kept elsewhere, because it belongs to a single device. */
    public void countRefusal(AzureLimit limit) {
        refused.get(limit).increment();
    }

    /** How many calls this limit has refused since the start, of all owners. */
    public long refused(AzureLimit limit) {
        return refused.get(limit).sum();
    }

    /** How many calls this limit has held back before they went on. */
    public long shaped(AzureLimit limit) {
        return shaped.get(limit).sum();
    }

    /** What one owner has of the limit now and at most, by owner; owners that have made no call yet are left out. */
    public SortedMap<String, Use> use(AzureLimit limit) {
        SortedMap<String, Use> use = new TreeMap<>();
        buckets.forEach((key, bucket) -> {
            if (key.limit() == limit) {
                use.put(key.owner(), new Use(bucket.getAvailableTokens(), capacity(key)));
            }
        });
        return use;
    }

    /** Calls left, less than none when some are held back, and the amount of a whole period. */
    public record Use(long available, long amount) {}

    /** How many calls this limit has let pass while it was enforced, of all owners. */
    public long granted(AzureLimit limit) {
        return granted.get(limit).sum();
    }

    /** Calls per second that one owner (of one unit) may make, time compression included. */
    public double perSecond(AzureLimit limit) {
        return amounts.getOrDefault(limit, limit.amount())
                * 1000.0
                * timeCompression
                / limit.period().toMillis();
    }

    /** Replaces the documented amount of a limit, at least 1, for its period. */
    public void amount(AzureLimit limit, int amount) {
        if (amount < 1) {
            throw new IllegalArgumentException("the limit " + limit.text() + " must be at least 1, not " + amount);
        }
        amounts.put(limit, amount);
        buckets.keySet().removeIf(key -> key.limit() == limit);
    }

    /** Forgets all owners, with what they have used and how large they are. */
    public void forgetOwners() {
        buckets.clear();
        hubs.clear();
    }

    /** Switches all quotas on or off at run time. */
    public void enforce(boolean enforce) {
        enforced = enforce;
    }

    public boolean enforced() {
        return enforced;
    }

    public int timeCompression() {
        return timeCompression;
    }

    private Bucket newBucket(Key key) {
        long capacity = capacity(key);
        Duration refillPeriod = key.limit().period().dividedBy(timeCompression);
        return Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(capacity)
                        .refillGreedy(capacity, refillPeriod)
                        .build())
                .build();
    }

    private long capacity(Key key) {
        HubScale scale = hubs.getOrDefault(key.owner(), HubScale.SMALLEST);
        Integer set = amounts.get(key.limit());
        if (set != null) {
            return (long) set * (key.limit().perUnit() ? scale.units() : 1);
        }
        return scale.amount(key.limit());
    }
}
