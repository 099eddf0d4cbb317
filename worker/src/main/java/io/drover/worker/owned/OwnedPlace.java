package io.drover.worker.owned;

import io.vertx.core.Future;
import java.util.Optional;

/** Where a device's data is kept: an IoT hub's twin or an IoT Central application. Calls wait for their turn in the service's limits. */
public interface OwnedPlace {
    /**
     * What the device owns here, as far as it may be compared with the wanted; empty when it is not known here.
     */
    Future<Optional<OwnedData>> read(String deviceId, OwnedData wanted);

    /**
     * Writes these values and leaves all others as they are; repeating it changes nothing. Completes with what the device
     * owns then, or empty where only {@link #read} tells that. Fails with {@link io.drover.worker.azure.AzureException}.
     *
     * @param there what was read before
     */
    Future<Optional<OwnedData>> write(String deviceId, OwnedData there, OwnedData values);

    /** Why this place cannot have a path of a device; empty when it can. */
    Optional<String> refuses(OwnedData there, String path);
}
