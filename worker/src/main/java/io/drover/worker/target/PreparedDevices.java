package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.hub.HubClient.NewDevice;
import io.drover.worker.azure.hub.HubClient.Refusal;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.HubTwins;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices made at a hub before they come, in bulk and with their twins, and taken as they are where they exist. One that
 * comes with a TPM is left to the provisioning service, which alone can give it a key.
 */
final class PreparedDevices {
    private static final Logger LOG = LoggerFactory.getLogger(PreparedDevices.class);
    private static final int BULK = 100;

    private final HubClient hub;

    PreparedDevices(HubClient hub) {
        this.hub = hub;
    }

    /**
     * Sees to it that each device is there. Completes with those that are not, by id; fails when that is not known, as
     * after a lost connection.
     */
    Future<Map<String, FailureReason>> ensure(Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        List<NewDevice> wanted = new ArrayList<>();
        devices.forEach((id, attestation) -> {
            if (attestation.endorsementKey() == null) {
                wanted.add(new NewDevice(id, attestation, HubTwins.twin(owned.getOrDefault(id, OwnedData.NONE))));
            }
        });
        Map<String, FailureReason> refused = new HashMap<>();
        Future<Void> all = Future.succeededFuture();
        for (int from = 0; from < wanted.size(); from += BULK) {
            List<NewDevice> bulk = wanted.subList(from, Math.min(wanted.size(), from + BULK));
            all = all.compose(done -> hub.create(bulk)).compose(errors -> judge(errors, devices, refused));
        }
        return all.map(done -> refused);
    }

    private Future<Void> judge(
            Map<String, Refusal> errors, Map<String, DeviceAttestation> devices, Map<String, FailureReason> refused) {
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<String, Refusal> one : errors.entrySet()) {
            String id = one.getKey();
            Refusal refusal = one.getValue();
            if (refusal.isPassing()) {
                return all.compose(done -> Future.failedFuture(new AzureException(
                        503, refusal.code(), "Devices were not made at " + hub.host() + ": " + refusal.text())));
            }
            if (refusal.isConflict()) {
                all = all.compose(done -> hub.credentials(id))
                        .onSuccess(there -> {
                            if (there.isEmpty() || !devices.get(id).isSameAs(there.get())) {
                                refused.put(id, FailureReason.TARGET_HAS_OTHER_CREDENTIAL);
                            }
                        })
                        .mapEmpty();
            } else {
                LOG.atWarn()
                        .addKeyValue("device", id)
                        .log("Device {} was not made at {} ({}): {}", id, hub.host(), refusal.code(), refusal.text());
                refused.put(id, FailureReason.NOT_PREPARED);
            }
        }
        return all;
    }
}
