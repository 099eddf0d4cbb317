package io.drover.simulator.cloud.quota;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The documented rates of the emulated services: "IoT Central quotas and limits", "IoT Hub Device Provisioning Service quotas" and
 * "IoT Hub quotas and throttling" (for S1). A whole period's amount may come in one burst.
 */
public enum AzureLimit {
    /** Requests to the REST API of one IoT Central application. */
    CENTRAL_REST(20, Duration.ofSeconds(1), false),
    /** Command executions of one IoT Central application. */
    CENTRAL_COMMANDS(20, Duration.ofSeconds(1), false),
    /** Device registrations at the provisioning service inside one IoT Central application. */
    CENTRAL_REGISTRATIONS(200, Duration.ofMinutes(1), false),
    /** Device registrations at one provisioning service. */
    DPS_REGISTRATIONS(1_000, Duration.ofMinutes(1), false),
    /** Status polls of one registering device. */
    DPS_STATUS_POLLS(5, Duration.ofSeconds(10), false),
    /** Enrollment operations and queries at one provisioning service. */
    DPS_SERVICE_OPERATIONS(1_000, Duration.ofMinutes(1), false),
    /** Create, read, update, delete and list of a hub's identity registry. */
    HUB_IDENTITY_OPERATIONS(100, Duration.ofMinutes(1), true),
    HUB_QUERIES(20, Duration.ofMinutes(1), true),
    /** New device connections of one hub. */
    HUB_CONNECTIONS(100, Duration.ofSeconds(1), false),
    /** Messages from devices of one hub. */
    HUB_DEVICE_TO_CLOUD(100, Duration.ofSeconds(1), false),
    /** Direct methods, counted as calls; the documented 160 KB/s per unit in 4 KB calls. */
    HUB_DIRECT_METHODS(40, Duration.ofSeconds(1), true),
    HUB_TWIN_READS(100, Duration.ofSeconds(1), false),
    HUB_TWIN_UPDATES(50, Duration.ofSeconds(1), false),
    /** Messages from a service to devices. */
    HUB_CLOUD_TO_DEVICE(100, Duration.ofMinutes(1), true),
    /** Create, read, list and cancel of jobs. */
    HUB_JOB_OPERATIONS(100, Duration.ofMinutes(1), true),
    /** Method calls and twin updates that jobs make. */
    HUB_JOB_DEVICE_OPERATIONS(10, Duration.ofSeconds(1), false);

    private final int amount;
    private final Duration period;
    private final boolean perUnit;

    AzureLimit(int amount, Duration period, boolean perUnit) {
        this.amount = amount;
        this.period = period;
        this.perUnit = perUnit;
    }

    /** The service that has the limit: central, dps or hub. */
    public String service() {
        return name().substring(0, name().indexOf('_')).toLowerCase(Locale.ROOT);
    }

    /** The name in options and metrics, for example {@code central-commands}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The limit of this name. */
    public static Optional<AzureLimit> named(String text) {
        return Arrays.stream(values())
                .filter(limit -> limit.text().equals(text))
                .findFirst();
    }

    public int amount() {
        return amount;
    }

    public Duration period() {
        return period;
    }

    /** Whether the amount grows with the units of the hub. */
    public boolean perUnit() {
        return perUnit;
    }
}
