package io.drover.simulator.cloud.fault;

/** Numbers drawn from what they are for, so that neither time nor the order of other calls changes them. */
final class Draw {
    private Draw() {}

    /** From 0 (inclusive) to 1 (exclusive). */
    static double fraction(long seed, String fault, String key, long ordinal) {
        long hash = mixed(seed ^ mixed(spread(fault)) ^ mixed(spread(key) + 0x9E3779B97F4A7C15L) ^ mixed(~ordinal));
        return (hash >>> 11) * 0x1.0p-53;
    }

    private static long spread(String text) {
        long hash = 1125899906842597L;
        for (int i = 0; i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
