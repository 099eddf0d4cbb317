package io.drover.worker.discovery;

import io.drover.worker.bus.Request;
import io.drover.worker.bus.Topic;

/** What discovery offers to the other stages. */
public final class DiscoveryBus {
    /** Reads the whole selection into the ledger; asking again adds only devices that are new. */
    public static final Request<Discover, Discovered> DISCOVER =
            new Request<>("discovery.discover", Discover.class, Discovered.class);
    /** The selection is in the ledger. */
    public static final Topic<Discovered> DISCOVERED = new Topic<>("discovery.discovered", Discovered.class);

    private DiscoveryBus() {}

    /** Asks for one migration's devices. */
    public record Discover(long migrationId) {}

    /** How many devices the selection holds and how many of them the ledger did not know yet. */
    public record Discovered(long migrationId, int seen, int added) {}
}
