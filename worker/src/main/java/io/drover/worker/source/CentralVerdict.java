package io.drover.worker.source;

import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import java.util.Map;

/** Decides from the source record alone whether a device can be moved at all. */
final class CentralVerdict {
    private final Map<String, DeviceTemplate> templates;

    CentralVerdict(Map<String, DeviceTemplate> templates) {
        this.templates = Map.copyOf(templates);
    }

    /** The device as the ledger takes it, with the reason when it is excluded. */
    DiscoveredDevice on(CentralDevice device) {
        return new DiscoveredDevice(device.id(), device.template(), reason(device));
    }

    private FailureReason reason(CentralDevice device) {
        if (device.simulated()) {
            return FailureReason.SIMULATED;
        }
        if (!device.enabled()) {
            return FailureReason.BLOCKED;
        }
        if (device.template() == null) {
            return FailureReason.NO_TEMPLATE;
        }
        DeviceTemplate template = templates.get(device.template());
        if (template == null || !template.movable()) {
            return FailureReason.NO_MOVE_COMMAND;
        }
        return RegistrationId.isValid(device.id()) ? null : FailureReason.ID_REFUSED_BY_DPS;
    }
}
