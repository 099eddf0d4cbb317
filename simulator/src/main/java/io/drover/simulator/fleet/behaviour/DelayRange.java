package io.drover.simulator.fleet.behaviour;

/** A range of delays in milliseconds, both ends included. */
public record DelayRange(long minimumMillis, long maximumMillis) {
    /** No delay. */
    public static final DelayRange NONE = new DelayRange(0, 0);

    /** A range must not be negative or upside down. */
    public DelayRange {
        if (minimumMillis < 0 || maximumMillis < minimumMillis) {
            throw new IllegalArgumentException("delay range " + minimumMillis + "ms.." + maximumMillis + "ms");
        }
    }

    /** The delay that an evenly spread 64 bit number stands for. */
    public long pick(long bits) {
        return minimumMillis + Long.remainderUnsigned(bits, maximumMillis - minimumMillis + 1);
    }
}
