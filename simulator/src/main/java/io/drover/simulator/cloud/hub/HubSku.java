package io.drover.simulator.cloud.hub;

/** Hub tiers; rates differ between the three sizes, and the basic tier lacks everything that goes to a device. */
public enum HubSku {
    F1,
    B1,
    B2,
    B3,
    S1,
    S2,
    S3;

    private static final int FREE_DEVICES = 500;
    private static final int DEVICES = 1_000_000;

    /** Whether twins, direct methods, cloud-to-device messages and jobs are to be had ("Choose the right IoT Hub tier"). */
    public boolean managesDevices() {
        return name().charAt(0) != 'B';
    }

    /** Devices and modules that may be registered. */
    public int maxIdentities() {
        return this == F1 ? FREE_DEVICES : DEVICES;
    }

    /** 1 to 3, on which rates depend. */
    public int size() {
        return name().charAt(1) - '0';
    }

    /** Messages of one unit and day. */
    public long dailyMessages() {
        return switch (this) {
            case F1 -> 8_000L;
            case B1, S1 -> 400_000L;
            case B2, S2 -> 6_000_000L;
            case B3, S3 -> 300_000_000L;
        };
    }

    /** Jobs that may run at a time. */
    public int concurrentJobs() {
        return switch (size()) {
            case 2 -> 5;
            case 3 -> 10;
            default -> 1;
        };
    }
}
