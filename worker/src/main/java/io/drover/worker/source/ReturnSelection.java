package io.drover.worker.source;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceReads;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which devices of a forward migration are returned: those that its ledger has as MIGRATED and no return has brought back.
 * A listed device that is none of them is excluded as NOT_AT_SOURCE.
 */
public final class ReturnSelection {
    private final DeviceReads devices;
    private final long forward;
    private final Instant until;
    private final Integer wave;
    private final ListedDevices listed;

    /**
     * A selection.
     *
     * @param forward the migration that moved the devices
     * @param until devices that arrived later stay, so that a return's membership is the same after a restart
     * @param wave null for all waves
     * @param listed null for all devices
     */
    public ReturnSelection(DeviceReads devices, long forward, Instant until, Integer wave, ListedDevices listed) {
        this.devices = devices;
        this.forward = forward;
        this.until = until;
        this.wave = wave;
        this.listed = listed;
    }

    /** For the ledger: the same for the same selection. */
    public static String description(String forward, Integer wave, ListedDevices listed) {
        return "moved by " + forward + (wave == null ? "" : ", wave " + wave) + (listed == null ? "" : ", " + listed);
    }

    Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        Set<String> missing = new TreeSet<>(listed == null ? Set.of() : listed.ids());
        return devices.eachPage(forward, page -> {
                    List<String> chosen = page.stream()
                            .filter(this::takes)
                            .map(DeviceRow::deviceId)
                            .toList();
                    return devices.returned(forward, chosen)
                            .compose(back -> handler.apply(page.stream()
                                    .filter(row -> takes(row) && !back.contains(row.deviceId()))
                                    .peek(row -> missing.remove(row.deviceId()))
                                    .map(row -> new DiscoveredDevice(row.deviceId(), row.template(), null))
                                    .toList()));
                })
                .compose(done -> handler.apply(missing.stream()
                        .map(id -> new DiscoveredDevice(id, null, FailureReason.NOT_AT_SOURCE))
                        .toList()));
    }

    private boolean takes(DeviceRow row) {
        return row.state() == DeviceState.MIGRATED
                && row.finishedAt().isBefore(until)
                && (wave == null || row.wave() == wave)
                && (listed == null || listed.ids().contains(row.deviceId()));
    }

    /** The device as the forward migration left it. */
    Future<Optional<DeviceRow>> moved(String deviceId) {
        return devices.find(new DeviceKey(forward, deviceId));
    }
}
