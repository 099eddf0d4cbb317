package io.drover.simulator.load;

/**
 * Which operation of a load each device is: a fixed shuffle of the indexes, by steps of the golden section. Any range of indexes, such as
 * a process of many has, so gets an even share of the load at every moment, where the order of indexes would let one process begin after
 * the other has ended. Processes agree on it without talking.
 */
public final class LoadOrder {
    private static final double GOLDEN_SECTION = 0.6180339887498949;

    private final int devices;
    private final long stride;

    /** The order of so many devices, of all processes together. */
    public LoadOrder(int devices) {
        if (devices < 1) {
            throw new IllegalArgumentException("an order of " + devices + " devices");
        }
        this.devices = devices;
        long step = Math.max(1, (long) (devices * GOLDEN_SECTION));
        while (divisor(step, devices) != 1) {
            step++;
        }
        this.stride = step;
    }

    /** The operation of the device with this index, counted from 0. */
    public long operation(int index) {
        return index * stride % devices;
    }

    private static long divisor(long one, long other) {
        return other == 0 ? one : divisor(other, one % other);
    }
}
