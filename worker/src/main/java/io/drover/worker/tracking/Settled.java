package io.drover.worker.tracking;

import java.util.HashSet;
import java.util.Set;

/**
 * Devices of which the target can tell nothing new any more, so that neither telemetry nor a look asks the ledger about
 * them again. Bounded by the migration's devices: about 100 bytes for each. Confined to one event loop.
 */
final class Settled {
    private final Set<String> ids = new HashSet<>();

    boolean contains(String deviceId) {
        return ids.contains(deviceId);
    }

    void add(String deviceId) {
        ids.add(deviceId);
    }
}
