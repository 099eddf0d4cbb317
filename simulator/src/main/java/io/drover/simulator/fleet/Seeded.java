package io.drover.simulator.fleet;

/** Repeatable random bits for one device: the same seed and index give the same bits however many devices there are. */
public final class Seeded {
    private Seeded() {}

    /** Evenly spread bits of (seed, index, purpose): SplitMix64's finalizer over each part in turn. */
    public static long bits(long seed, int index, int purpose) {
        return mix(mix(mix(seed) + index) + purpose);
    }

    private static long mix(long value) {
        long mixed = value + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
