package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.PacedCalls;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attestations of single devices of one application, which go before their group's; taken as they are where they exist. */
final class ApplicationAttestations {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationAttestations.class);
    private static final Set<Integer> OF_THE_DEVICE = Set.of(400, 409, 422);

    private final CentralClient central;

    ApplicationAttestations(CentralClient central) {
        this.central = central;
    }

    /** As {@link MigrationTarget#enroll}. */
    Future<Map<String, FailureReason>> ensure(Map<String, DeviceAttestation> devices) {
        Map<String, FailureReason> refused = new ConcurrentHashMap<>();
        return PacedCalls.each(
                        List.copyOf(devices.keySet()),
                        id -> ensure(id, devices.get(id))
                                .onSuccess(reason -> reason.ifPresent(why -> refused.put(id, why))))
                .map(done -> refused);
    }

    /** As {@link MigrationTarget#conflicts}. */
    Future<Map<String, FailureReason>> conflicts(Map<String, DeviceAttestation> devices) {
        return AttestationConflicts.of(devices, central::attestation);
    }

    private Future<Optional<FailureReason>> ensure(String id, DeviceAttestation wanted) {
        return central.attestation(id).compose(there -> {
            if (there.isPresent()) {
                return Future.succeededFuture(
                        wanted.isSameAs(there.get())
                                ? Optional.empty()
                                : Optional.of(FailureReason.TARGET_HAS_OTHER_CREDENTIAL));
            }
            return central.attest(id, wanted)
                    .map(done -> Optional.<FailureReason>empty())
                    .recover(cause -> turnedDown(id, cause));
        });
    }

    private static Future<Optional<FailureReason>> turnedDown(String id, Throwable cause) {
        if (cause instanceof AzureException refused && OF_THE_DEVICE.contains(refused.status())) {
            LOG.atWarn()
                    .addKeyValue("device", id)
                    .log("The attestation of {} was refused: {}", id, refused.getMessage());
            return Future.succeededFuture(Optional.of(FailureReason.ENROLLMENT_REFUSED));
        }
        return Future.failedFuture(cause);
    }
}
