package io.drover.worker.source;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Where devices are moved from: which ones are selected there, and how one of them is told to move. Thread-safe. */
public interface MigrationSource {
    /** Host of the service, which owns the limit that commands consume. */
    String host();

    /** What is moved from where, for a person. */
    String description();

    /** The limit that each command consumes at {@link #host()}. */
    AzureLimit commandLimit();

    /** Hands over the selected devices page by page, to the last page, each with a verdict. */
    Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler);

    /**
     * The devices of a device group that a wave names. Fails with {@link io.drover.worker.azure.AzureException} where
     * the source has no device groups.
     */
    default Future<Set<String>> members(String deviceGroup) {
        return Future.failedFuture(new AzureException(
                400,
                "NoDeviceGroups",
                host() + " has no device groups, so no wave can be one. Select the wave '" + deviceGroup
                        + "' by devices, percent, file or match."));
    }

    /** Ids of the device templates whose devices can move; empty where the source knows no templates. */
    default Set<String> templates() {
        return Set.of();
    }

    /** What people call the device; its id where the source knows no other name. */
    default Future<String> displayName(String deviceId) {
        return Future.succeededFuture(deviceId);
    }

    /**
     * Sends DeviceMove once, whatever comes of it. Fails with {@link io.drover.worker.azure.AzureException}: 429 when it
     * was not carried out, {@code outcomeUnknown()} when the device may have heard it.
     *
     * @param answer how long the device may take
     */
    Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer);

    /** Whether discovery tells every device's kind of credential; otherwise {@link #attestation} does, by a call for each. */
    boolean showsCredentials();

    /**
     * What a device proves itself with; empty when the source shows nothing of it. A certificate may be shown by its
     * thumbprint only. Fails with {@link AzureException}: 404 when the source does not know the device.
     */
    Future<Optional<DeviceAttestation>> attestation(DeviceRow device);

    /** What these devices own, by id and as it stands now; one that the source does not know is left out. */
    Future<Map<String, OwnedData>> owned(List<DeviceRow> devices);

    /** Calls for each device that {@link #owned} takes of the limit that commands are within. */
    default int callsForOwned() {
        return 0;
    }

    /** What devices here own or could own, by a few samples: of each template, or of the first devices; reads only. */
    default Future<List<OwnedData>> ownedSamples() {
        return Future.succeededFuture(List.of());
    }

    /** Whether {@link #eachConnectedPage} tells anything. */
    boolean showsConnections();

    /** Hands over the ids of selected devices that seem to be connected now: a hint, at no call per device. */
    Future<Void> eachConnectedPage(Function<List<String>, Future<Void>> handler);
}
