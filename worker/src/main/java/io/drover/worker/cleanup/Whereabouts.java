package io.drover.worker.cleanup;

import io.drover.worker.device.DeviceRow;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/** One end of a migration as cleanup asks it about a device. */
interface Whereabouts {
    /**
     * What an end shows of a device now.
     *
     * @param told whether the end can tell when the device was last active
     * @param lastActive null when never
     */
    record Sign(boolean told, Instant lastActive) {
        boolean since(Instant at) {
            return lastActive != null && !lastActive.isBefore(at);
        }
    }

    /** Empty when the end does not know the device. Reads only. */
    Future<Optional<Sign>> look(DeviceRow device);

    /** Deletes the device there; one that is gone is no failure. */
    Future<Void> delete(DeviceRow device);
}
