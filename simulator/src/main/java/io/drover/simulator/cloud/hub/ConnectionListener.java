package io.drover.simulator.cloud.hub;

import java.time.Instant;

/** Told when a device's connection to a hub begins or ends. Called on the event loop of the connection: it must be quick. */
@FunctionalInterface
public interface ConnectionListener {
    void changed(String deviceId, ConnectionState state, Instant at);
}
