package io.drover.worker.cleanup;

import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.device.DeviceRow;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An IoT Central application: the last of each telemetry of a device's template, and of what it reported, tell. */
final class ApplicationWhereabouts implements Whereabouts {
    private final CentralClient central;
    private final Map<String, DeviceTemplate> templates;

    ApplicationWhereabouts(CentralClient central, Map<String, DeviceTemplate> templates) {
        this.central = central;
        this.templates = Map.copyOf(templates);
    }

    @Override
    public Future<Optional<Sign>> look(DeviceRow device) {
        return central.device(device.deviceId())
                .compose(there -> there.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : sign(device, there.get()).map(Optional::of));
    }

    private Future<Sign> sign(DeviceRow device, CentralDevice there) {
        DeviceTemplate template = there.template() == null ? null : templates.get(there.template());
        List<TelemetryName> names = template == null ? List.of() : template.telemetry();
        Future<Optional<Instant>> latest = central.lastReport(device.deviceId());
        for (TelemetryName name : names) {
            latest = latest.compose(
                    before -> central.lastTelemetry(device.deviceId(), name).map(at -> later(before, at)));
        }
        return latest.map(at -> new Sign(!names.isEmpty(), at.orElse(null)));
    }

    private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
        return one.isEmpty() || (other.isPresent() && other.get().isAfter(one.get())) ? other : one;
    }

    @Override
    public Future<Void> delete(DeviceRow device) {
        return central.deleteDevice(device.deviceId());
    }
}
