package io.drover.simulator.cloud.dps;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a hub is chosen. {@code geoLatency} is hashed here: an emulator on one machine has no distances. {@code custom} asks a webhook;
 * IoT Central's own service has its {@link RegistrationGate} instead.
 */
public enum AllocationPolicy {
    HASHED("hashed"),
    GEO_LATENCY("geoLatency"),
    STATIC("static"),
    CUSTOM("custom");

    private final String wireName;

    AllocationPolicy(String wireName) {
        this.wireName = wireName;
    }

    /** The value on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The policy of this wire name, if it is one of ours. */
    public static Optional<AllocationPolicy> named(String wireName) {
        return Arrays.stream(values())
                .filter(policy -> policy.wireName.equals(wireName))
                .findFirst();
    }
}
