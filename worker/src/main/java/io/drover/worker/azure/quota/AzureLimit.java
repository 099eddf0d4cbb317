package io.drover.worker.azure.quota;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The documented Azure limits that a migration consumes; each has a bucket per service instance. */
public enum AzureLimit {
    /** Not documented as one figure; a courtesy limit. */
    ARM_REQUESTS(10, Duration.ofSeconds(1)),
    CENTRAL_REST(20, Duration.ofSeconds(1)),
    CENTRAL_COMMANDS(20, Duration.ofSeconds(1)),
    /** Devices that register through an application's own provisioning service. */
    CENTRAL_REGISTRATIONS(200, Duration.ofMinutes(1)),
    DPS_REGISTRATIONS(1000, Duration.ofMinutes(1)),
    DPS_SERVICE_OPERATIONS(1000, Duration.ofMinutes(1)),
    HUB_IDENTITY_OPERATIONS(100, Duration.ofMinutes(1)),
    HUB_QUERIES(20, Duration.ofMinutes(1)),
    HUB_TWIN_READS(100, Duration.ofSeconds(1)),
    HUB_TWIN_UPDATES(50, Duration.ofSeconds(1)),
    HUB_CONNECTIONS(100, Duration.ofSeconds(1)),
    /** Counted as calls: the documented 160 KB/s and unit in steps of 4 KB, which holds any DeviceMove. */
    HUB_DIRECT_METHODS(40, Duration.ofSeconds(1));

    private final long amount;
    private final double perSecond;

    AzureLimit(long amount, Duration period) {
        this.amount = amount;
        this.perSecond = amount * 1000.0 / period.toMillis();
    }

    /**
     * Calls that may go at once: half of what the limit grants in its period, so that a burst and the calls that follow
     * it never meet the limit together.
     */
    public int burst() {
        return (int) Math.max(1, amount / 2);
    }

    /** The documented rate of one instance (one S1 unit for a hub), per second. */
    public double perSecond() {
        return perSecond;
    }

    /** The limit that each call under this one consumes as well: a command to a device is a request to the REST API. */
    public Optional<AzureLimit> within() {
        return this == CENTRAL_COMMANDS ? Optional.of(CENTRAL_REST) : Optional.empty();
    }

    /** The key under {@code quotas} in the configuration, such as {@code central-commands}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Documented rate for a hub of this size (devguide-quotas-throttling); other limits do not depend on it. */
    public double perSecond(String sku, int units) {
        boolean large = sku.endsWith("3");
        boolean middle = sku.endsWith("2");
        return switch (this) {
            case HUB_IDENTITY_OPERATIONS -> (large ? 5000 : 100) / 60.0 * units;
            case HUB_DIRECT_METHODS -> (large ? 6000.0 : middle ? 120.0 : 40.0) * units;
            case HUB_QUERIES -> (large ? 1000 : 20) / 60.0 * units;
            case HUB_TWIN_READS -> large ? 500.0 * units : middle ? Math.max(100.0, 10.0 * units) : 100.0;
            case HUB_TWIN_UPDATES -> large ? 250.0 * units : middle ? Math.max(50.0, 5.0 * units) : 50.0;
            case HUB_CONNECTIONS -> large ? 6000.0 * units : middle ? 120.0 * units : Math.max(100.0, 12.0 * units);
            default -> perSecond;
        };
    }
}
