package io.drover.simulator.cloud.quota;

/**
 * How large a hub is: its throttles by tier ("IoT Hub quotas and throttling", operation throttles).
 *
 * @param size 1 to 3, the number in the SKU's name; the free tier is as the first
 */
record HubScale(int size, int units) {
    static final HubScale SMALLEST = new HubScale(1, 1);

    /** The amount of a limit for its period; limits of other services do not depend on size. */
    long amount(AzureLimit limit) {
        return switch (limit) {
            case HUB_IDENTITY_OPERATIONS, HUB_CLOUD_TO_DEVICE, HUB_JOB_OPERATIONS -> each(100, 100, 5_000);
            case HUB_QUERIES -> each(20, 20, 1_000);
            case HUB_CONNECTIONS, HUB_DEVICE_TO_CLOUD -> size == 1 ? Math.max(100, 12L * units) : each(0, 120, 6_000);
            case HUB_DIRECT_METHODS -> each(40, 120, 6_000);
            case HUB_TWIN_READS -> common(100, 10, 500);
            case HUB_TWIN_UPDATES -> common(50, 5, 250);
            case HUB_JOB_DEVICE_OPERATIONS -> common(10, 1, 50);
            default -> limit.amount();
        };
    }

    private long each(long small, long medium, long large) {
        return units * (size == 1 ? small : size == 2 ? medium : large);
    }

    /** The same for every small hub, at least that for a medium one, by unit for a large one. */
    private long common(long least, long medium, long large) {
        return size == 1 ? least : size == 2 ? Math.max(least, medium * units) : large * units;
    }
}
