package io.drover.simulator.cloud.quota;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Holds callers to the documented rates with one token bucket per limit and owner (a hub, a provisioning service, an application).
 * Compressed time multiplies the rates and divides the time to wait. Thread-safe, never blocks.
 */
public final class Quotas {
    public static final int MAX_TIME_COMPRESSION = 100;

    private record Key(AzureLimit limit, String owner) {}

    private final int timeCompression;
    private final Map<Key, Bucket> buckets = new ConcurrentHashMap<>();
    private final Map<String, Integer> units = new ConcurrentHashMap<>();
    private final Map<AzureLimit, LongAdder> refused = new EnumMap<>(AzureLimit.class);
    private final Map<AzureLimit, LongAdder> granted = new EnumMap<>(AzureLimit.class);
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
        return OptionalLong.of(Math.max(1, (probe.getNanosToWaitForRefill() + 999_999_999L) / 1_000_000_000L));
    }

    /** As {@link #tryAcquire}, for the service's own work: nobody is answered 429, so a refusal is not counted. */
    public OptionalLong tryAcquireInside(AzureLimit limit, String owner) {
        OptionalLong wait = tryAcquire(limit, owner);
        if (wait.isPresent()) {
            refused.get(limit).decrement();
        }
        return wait;
    }

    /** Tells how many units a hub has; the amounts documented per unit are multiplied by it. */
    public void units(String owner, int count) {
        units.put(owner, count);
        buckets.keySet().removeIf(key -> key.owner().equals(owner));
    }

    /** Counts a refusal by a limit that is kept elsewhere, because it belongs to a single device. */
    public void countRefusal(AzureLimit limit) {
        refused.get(limit).increment();
    }

    /** How many calls this limit has refused since the start, of all owners. */
    public long refused(AzureLimit limit) {
        return refused.get(limit).sum();
    }

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

    /** Forgets all owners, with what they have used and how many units they have. */
    public void forgetOwners() {
        buckets.clear();
        units.clear();
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
        long ownerUnits = key.limit().perUnit() ? units.getOrDefault(key.owner(), 1) : 1;
        return amounts.getOrDefault(key.limit(), key.limit().amount()) * ownerUnits;
    }
}
