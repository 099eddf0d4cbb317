package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.dps.EnrollmentClient;
import io.drover.worker.azure.dps.EnrollmentClient.Refusal;
import io.drover.worker.azure.dps.EnrollmentClient.Wanted;
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

/** Enrollments for single devices of one provisioning service: made in bulk, and taken as they are where they exist. */
final class IndividualEnrollments {
    private static final Logger LOG = LoggerFactory.getLogger(IndividualEnrollments.class);
    private static final int THROTTLED = 429;
    private static final int SERVER_FAILURE = 500;

    private final EnrollmentClient enrollments;
    private final List<String> hubs;

    IndividualEnrollments(EnrollmentClient enrollments, List<String> hubs) {
        this.enrollments = enrollments;
        this.hubs = List.copyOf(hubs);
    }

    /**
     * Sees to it that each device has an enrollment that accepts its credential. Completes with those that have not,
     * by id; fails when that is not known, as after a lost connection.
     */
    Future<Map<String, FailureReason>> ensure(Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        List<Wanted> wanted = new ArrayList<>();
        devices.forEach((id, attestation) ->
                wanted.add(new Wanted(id, attestation, owned.containsKey(id) ? HubTwins.twin(owned.get(id)) : null)));
        Map<String, FailureReason> refused = new HashMap<>();
        Future<Void> all = Future.succeededFuture();
        for (int from = 0; from < wanted.size(); from += EnrollmentClient.BULK) {
            List<Wanted> bulk = wanted.subList(from, Math.min(wanted.size(), from + EnrollmentClient.BULK));
            all = all.compose(done -> enrollments.create(bulk, hubs))
                    .compose(errors -> judge(errors, devices, refused));
        }
        return all.map(done -> refused);
    }

    /** As {@link MigrationTarget#conflicts}. */
    Future<Map<String, FailureReason>> conflicts(Map<String, DeviceAttestation> devices) {
        return AttestationConflicts.of(devices, enrollments::attestation);
    }

    private Future<Void> judge(
            Map<String, Refusal> errors, Map<String, DeviceAttestation> devices, Map<String, FailureReason> refused) {
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<String, Refusal> one : errors.entrySet()) {
            String id = one.getKey();
            Refusal refusal = one.getValue();
            int status = refusal.errorCode() / 1000;
            if (refusal.isConflict()) {
                all = all.compose(done -> isSame(id, devices.get(id))).map(same -> {
                    if (!same) {
                        refused.put(id, FailureReason.TARGET_HAS_OTHER_CREDENTIAL);
                    }
                    return null;
                });
            } else if (status == THROTTLED || status >= SERVER_FAILURE) {
                return all.compose(done -> Future.failedFuture(new AzureException(
                        status,
                        Integer.toString(refusal.errorCode()),
                        "Enrollments were not made: " + refusal.text())));
            } else {
                LOG.atWarn()
                        .addKeyValue("device", id)
                        .log("The enrollment of {} was refused ({}): {}", id, refusal.errorCode(), refusal.text());
                refused.put(id, FailureReason.ENROLLMENT_REFUSED);
            }
        }
        return all;
    }

    private Future<Boolean> isSame(String id, DeviceAttestation wanted) {
        return enrollments
                .attestation(id)
                .map(there -> there.map(wanted::isSameAs).orElse(false));
    }
}
