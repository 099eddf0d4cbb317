package io.drover.worker.migration;

/**
 * A cap of its own on commands, beside Azure's limits; may start low and grow with success.
 *
 * @param max commands per second; infinite for no cap
 * @param start commands per second at first
 * @param growth factor after every {@code every} devices that arrived
 * @param every devices; 0 for a constant rate
 */
public record RatePolicy(double max, double start, double growth, long every) {
    /** No cap. */
    public static final RatePolicy UNLIMITED = new RatePolicy(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 1, 0);

    /** Commands per second once this many devices have arrived. */
    public double perSecond(long arrived) {
        if (every <= 0 || growth <= 1) {
            return Math.min(max, start);
        }
        return Math.min(max, start * Math.pow(growth, (double) Math.min(1000, arrived / every)));
    }
}
