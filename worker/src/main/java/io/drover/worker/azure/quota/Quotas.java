package io.drover.worker.azure.quota;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All gates of this process: one per Azure limit and service instance (application, DPS or hub). Thread-safe. */
public final class Quotas {
    private final Vertx vertx;
    private final MeterRegistry meters;
    private final int timeCompression;
    private final Map<AzureLimit, Double> overrides;
    private final Map<String, QuotaGate> gates = new ConcurrentHashMap<>();
    private final Map<String, HubSize> sizes = new ConcurrentHashMap<>();

    private record HubSize(String sku, int units) {}

    /** Overrides are per second; both they and the documented rates are multiplied by the time compression. */
    public Quotas(Vertx vertx, int timeCompression, Map<AzureLimit, Double> overrides, MeterRegistry meters) {
        this.vertx = vertx;
        this.meters = meters;
        this.timeCompression = timeCompression;
        this.overrides = Map.copyOf(overrides);
    }

    /** The gate of one limit at one instance, named by its host. */
    public QuotaGate gate(AzureLimit limit, String owner) {
        return gates.computeIfAbsent(
                limit.key() + '|' + owner,
                key -> shown(limit, owner, new QuotaGate(vertx, perSecond(limit, owner), limit.burst())));
    }

    private QuotaGate shown(AzureLimit limit, String owner, QuotaGate gate) {
        Tags tags = Tags.of("limit", limit.key(), "host", owner);
        Gauge.builder("drover.quota.limit", gate, QuotaGate::limit)
                .description("Calls a second that a limit allows, as documented or configured")
                .tags(tags)
                .register(meters);
        Gauge.builder("drover.quota.rate", gate, QuotaGate::perSecond)
                .description("Calls a second in force: less than the limit after a 429")
                .tags(tags)
                .register(meters);
        FunctionCounter.builder("drover.quota.granted", gate, QuotaGate::granted)
                .description("Calls that were let through")
                .tags(tags)
                .register(meters);
        return gate;
    }

    /** A limit that was used. {@code perSecond} is as configured or documented, {@code inForce} lower after a 429. */
    public record Use(
            AzureLimit limit, String host, double perSecond, double inForce, double usedPerSecond, long throttled) {}

    /** The limits that were used at these hosts, in the order of limits. */
    public List<Use> uses(Set<String> hosts) {
        List<Use> uses = new ArrayList<>();
        for (AzureLimit limit : AzureLimit.values()) {
            for (String host : hosts) {
                QuotaGate gate = gates.get(limit.key() + '|' + host);
                if (gate != null) {
                    uses.add(new Use(
                            limit,
                            host,
                            perSecond(limit, host),
                            gate.perSecond(),
                            gate.usedPerSecond(),
                            gate.throttled()));
                }
            }
        }
        return uses;
    }

    /** The rate that is configured or documented, after time compression. */
    public double perSecond(AzureLimit limit, String owner) {
        HubSize size = sizes.getOrDefault(owner, new HubSize("S1", 1));
        return overrides.getOrDefault(limit, limit.perSecond(size.sku(), size.units())) * timeCompression;
    }

    /** Tells the size of a hub as ARM reports it; call before its first gate is used. */
    public void hub(String hostName, String sku, int units) {
        sizes.put(hostName, new HubSize(sku, units));
    }

    /** How many times faster than Azure this rehearsal runs; 1 against Azure. */
    public int timeCompression() {
        return timeCompression;
    }
}
