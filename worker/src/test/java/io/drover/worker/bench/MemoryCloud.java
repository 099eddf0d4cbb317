package io.drover.worker.bench;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.hub.TelemetryFeed;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.source.MigrationSource;
import io.drover.worker.source.MoveReply;
import io.drover.worker.source.MoveTarget;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;

/**
 * A hub full of obedient devices that answers from memory and at once: each device that is told to move is registered,
 * connected and heard at the target a moment later. It stands where Azure does, behind {@link MigrationSource}; lists
 * come in pages of the size that a hub gives. Thread-safe.
 */
final class MemoryCloud implements MigrationSource {
    /** What a hub's query gives at most. */
    static final int PAGE = 1000;

    private static final String PREFIX = "device-";
    private static final int TEN_MILLION = 10_000_000;
    private static final MoveReply ACCEPTED = new MoveReply(200);

    private final int devices;
    private final AtomicLongArray arrivedAt;
    private final MemoryTelemetry telemetry = new MemoryTelemetry();

    MemoryCloud(int devices) {
        this.devices = devices;
        this.arrivedAt = new AtomicLongArray(devices);
    }

    int devices() {
        return devices;
    }

    /** Seven digits; without a format, which costs more than what is measured. */
    static String id(int number) {
        return PREFIX + Integer.toString(TEN_MILLION + number).substring(1);
    }

    /** When the device came to the target, in epoch milliseconds; 0 when it has not. */
    long arrivedAt(int number) {
        return arrivedAt.get(number);
    }

    TelemetryFeed.Endpoint telemetry() {
        return telemetry;
    }

    @Override
    public String host() {
        return "source.memory.test";
    }

    @Override
    public String description() {
        return devices + " devices in memory";
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.HUB_DIRECT_METHODS;
    }

    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return page(0, handler);
    }

    private Future<Void> page(int from, Function<List<DiscoveredDevice>, Future<Void>> handler) {
        if (from >= devices) {
            return Future.succeededFuture();
        }
        int to = Math.min(devices, from + PAGE);
        List<DiscoveredDevice> page = new ArrayList<>(to - from);
        for (int number = from; number < to; number++) {
            page.add(new DiscoveredDevice(id(number), null, DeviceCredential.GROUP_KEY, null, 0, 0));
        }
        return handler.apply(page).compose(done -> page(to, handler));
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        long now = System.currentTimeMillis();
        arrivedAt.set(Integer.parseInt(device.deviceId().substring(PREFIX.length())), now);
        telemetry.sent(device.deviceId(), now);
        return Future.succeededFuture(ACCEPTED);
    }

    @Override
    public boolean showsCredentials() {
        return true;
    }

    @Override
    public Future<Optional<DeviceAttestation>> attestation(DeviceRow device) {
        return Future.failedFuture("nobody needs a device's credential here");
    }

    @Override
    public Future<Map<String, OwnedData>> owned(List<DeviceRow> some) {
        return Future.succeededFuture(Map.of());
    }

    @Override
    public boolean showsConnections() {
        return false;
    }

    @Override
    public Future<Void> eachConnectedPage(Function<List<String>, Future<Void>> handler) {
        return Future.succeededFuture();
    }
}
