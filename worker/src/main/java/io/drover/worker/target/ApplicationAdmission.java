package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.PacedCalls;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes devices in an application before they come, so that they are of their template at once: a registration alone
 * leaves a device unassigned. A device that is there already stays as it is, but gets a template when it has none.
 * Two calls a device. Called for one page at a time.
 */
final class ApplicationAdmission {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationAdmission.class);
    /** Answers that are about this one device: a bad id, a conflict, content that the application will not take. */
    private static final Set<Integer> OF_THE_DEVICE = Set.of(400, 409, 422);

    private final CentralClient central;
    private final TemplateMap templates;
    private final Function<String, Future<String>> displayNames;
    /** What {@link #provisioned} saw of the page that is admitted next. */
    private Map<String, Optional<CentralDevice>> seen = Map.of();

    ApplicationAdmission(CentralClient central, TemplateMap templates, Function<String, Future<String>> displayNames) {
        this.central = central;
        this.templates = templates;
        this.displayNames = displayNames;
    }

    Future<Set<String>> provisioned(List<DeviceRow> devices) {
        return look(devices).map(found -> {
            seen = found;
            Set<String> known = ConcurrentHashMap.newKeySet();
            found.forEach(
                    (id, device) -> device.filter(CentralDevice::provisioned).ifPresent(there -> known.add(id)));
            return known;
        });
    }

    Future<Map<String, FailureReason>> admit(List<DeviceRow> devices) {
        Map<String, Optional<CentralDevice>> found = seen;
        seen = Map.of();
        List<DeviceRow> unseen = devices.stream()
                .filter(row -> !found.containsKey(row.deviceId()))
                .toList();
        Map<String, FailureReason> refused = new ConcurrentHashMap<>();
        return look(unseen).compose(more -> {
            Map<String, Optional<CentralDevice>> all = new HashMap<>(found);
            all.putAll(more);
            return PacedCalls.each(
                            devices,
                            row -> admit(row, all.get(row.deviceId()))
                                    .onSuccess(reason -> reason.ifPresent(why -> refused.put(row.deviceId(), why))))
                    .map(done -> refused);
        });
    }

    private Future<Map<String, Optional<CentralDevice>>> look(List<DeviceRow> devices) {
        Map<String, Optional<CentralDevice>> found = new ConcurrentHashMap<>();
        return PacedCalls.each(
                        devices,
                        row -> central.device(row.deviceId()).onSuccess(device -> found.put(row.deviceId(), device)))
                .map(done -> found);
    }

    private Future<Optional<FailureReason>> admit(DeviceRow row, Optional<CentralDevice> there) {
        Optional<String> template = templates.of(row.template());
        if (template.isEmpty()) {
            return refused(FailureReason.NO_TEMPLATE);
        }
        Future<Void> made;
        if (there.isEmpty()) {
            made = displayNames
                    .apply(row.deviceId())
                    .compose(name -> central.putDevice(row.deviceId(), name, template.get()));
        } else if (there.get().simulated()) {
            return refused(FailureReason.SIMULATED);
        } else if (!there.get().enabled()) {
            return refused(FailureReason.BLOCKED);
        } else {
            made = there.get().template() == null
                    ? central.assignTemplate(row.deviceId(), template.get())
                    : Future.succeededFuture();
        }
        return made.map(done -> Optional.<FailureReason>empty()).recover(cause -> turnedDown(row, cause));
    }

    private static Future<Optional<FailureReason>> turnedDown(DeviceRow row, Throwable cause) {
        if (cause instanceof AzureException refused && OF_THE_DEVICE.contains(refused.status())) {
            LOG.atWarn()
                    .addKeyValue("migration", row.key().migrationId())
                    .addKeyValue("device", row.deviceId())
                    .log("Device {} is not admitted: {}", row.deviceId(), refused.getMessage());
            return refused(FailureReason.NOT_ADMITTED);
        }
        return Future.failedFuture(cause);
    }

    private static Future<Optional<FailureReason>> refused(FailureReason reason) {
        return Future.succeededFuture(Optional.of(reason));
    }
}
