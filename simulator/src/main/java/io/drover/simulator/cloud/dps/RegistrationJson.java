package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/** Registrations in the shapes of the wire: DeviceRegistrationState and, for devices, RegistrationOperationStatus. */
final class RegistrationJson {
    private RegistrationJson() {}

    /** DeviceRegistrationState as the service API lists it. */
    static JsonObject state(Registration registration, Instant now) {
        RegistrationStatus status = registration.statusAt(now);
        JsonObject json = new JsonObject()
                .put("registrationId", registration.registrationId())
                .put("createdDateTimeUtc", registration.created().toString());
        if (status == RegistrationStatus.ASSIGNED) {
            json.put("assignedHub", registration.assignedHub())
                    .put("deviceId", registration.deviceId())
                    .put("substatus", registration.substatus().wireName());
            if (registration.payload() != null) {
                json.put("payload", registration.payload());
            }
        }
        if (status == RegistrationStatus.FAILED) {
            json.put("errorCode", registration.errorCode()).put("errorMessage", registration.errorMessage());
        }
        Instant updated = status == RegistrationStatus.ASSIGNING ? registration.created() : registration.settledAt();
        return json.put("status", status.wireName())
                .put("lastUpdatedDateTimeUtc", updated.toString())
                .put("etag", registration.etag());
    }

    /**
     * DeviceRegistrationResult: the state with the proof that the device has given.
     *
     * @param authenticationKey the wrapped key of a device with a TPM
     */
    static JsonObject result(
            Registration registration, DeviceProof proof, Optional<String> authenticationKey, Instant now) {
        JsonObject json = state(registration, now);
        if (authenticationKey.isPresent()) {
            return json.put("tpm", new JsonObject().put("authenticationKey", authenticationKey.get()));
        }
        if (proof.token() == null) {
            return json.put("x509", CertificateJson.registrationResult(proof.certificates(), registration.groupId()));
        }
        JsonObject symmetricKey = new JsonObject();
        if (registration.groupId() != null) {
            symmetricKey.put("enrollmentGroupId", registration.groupId());
        }
        return json.put("symmetricKey", symmetricKey);
    }

    /** What a device gets for a register or a poll. */
    static JsonObject operation(
            Registration registration, DeviceProof proof, Optional<String> authenticationKey, Instant now) {
        RegistrationStatus status = registration.statusAt(now);
        JsonObject json =
                new JsonObject().put("operationId", registration.operationId()).put("status", status.wireName());
        if (status != RegistrationStatus.ASSIGNING) {
            json.put("registrationState", result(registration, proof, authenticationKey, now));
        }
        return json;
    }
}
