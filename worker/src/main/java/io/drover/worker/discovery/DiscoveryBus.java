package io.drover.worker.discovery;

import io.drover.worker.bus.Request;
import io.drover.worker.bus.Topic;

/** What discovery offers to the other stages. */
public final class DiscoveryBus {
    private static final String DISCOVER = "discovery.discover/";
    /** The selection is in the ledger. */
    public static final Topic<Discovered> DISCOVERED = new Topic<>("discovery.discovered", Discovered.class);

    private DiscoveryBus() {}

    /**
     * Reads the whole selection of a migration into the ledger; asking again adds only devices that are new. Each
     * migration of a process has a discovery of its own.
     */
    public static Request<Discover, Discovered> discover(long migrationId) {
        return new Request<>(DISCOVER + migrationId, Discover.class, Discovered.class);
    }

    /** Asks for one migration's devices. */
    public record Discover(long migrationId) {}

    /** How many devices the selection holds and how many of them the ledger did not know yet. */
    public record Discovered(long migrationId, int seen, int added) {}
}
