package io.drover.simulator.cloud.dps;

import java.util.random.RandomGenerator;

/** Makes etags and operation ids; as thread-safe as its source. */
record OpaqueIds(RandomGenerator random) {
    String etag() {
        return String.format("%016x", random.nextLong());
    }

    /** What a device polls with, in the form of the documents' examples. */
    String operationId() {
        return String.format(
                "5.%016x.%08x-%04x-4%03x-a%03x-%012x",
                random.nextLong(),
                random.nextInt(),
                random.nextInt(1 << 16),
                random.nextInt(1 << 12),
                random.nextInt(1 << 12),
                random.nextLong(1L << 48));
    }
}
