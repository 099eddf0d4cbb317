package io.drover.worker.connectivity;

import io.drover.worker.bus.Topic;

/** What is known of devices' connections to the source, for the other stages. */
public final class ConnectivityBus {
    /** Waiting devices are due at once. */
    public static final Topic<Awakened> AWAKENED = new Topic<>("connectivity.awakened", Awakened.class);

    private ConnectivityBus() {}

    /** How many devices of a migration became due. */
    public record Awakened(long migrationId, int devices) {}
}
