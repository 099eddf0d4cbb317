package io.drover.simulator.fleet.device;

import io.drover.simulator.load.LoadTrack;
import io.vertx.core.Future;

/** One device of a fleet, whatever its engine. All methods are called on the event loop of the device's shard. */
public interface VirtualDevice {
    /** Begins the device's life, and tells the track how far it gets; called once. What fails later is tried again and counted. */
    void start(LoadTrack track);

    /** Ends it; completes, never fails, when its connection is closed or the wait for that is over. */
    Future<Void> stop();

    /** Where the device is now. */
    DevicePhase phase();
}
