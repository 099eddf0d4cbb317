package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * One device by its registration id. It counts before any group.
 *
 * @param id the {@code registrationId}
 * @param deviceId the device's id at the hub; null takes the registration id
 * @param deviceInformation the {@code optionalDeviceInformation}, kept and given back; may be null
 */
public record IndividualEnrollment(
        String id,
        String deviceId,
        AttestationMechanism attestation,
        EnrollmentSettings settings,
        JsonObject deviceInformation,
        Instant created,
        Instant updated,
        String etag)
        implements Enrollment<IndividualEnrollment> {

    /** An enabled enrollment with default policies. */
    public static IndividualEnrollment of(String registrationId, AttestationMechanism attestation) {
        return new IndividualEnrollment(
                registrationId, null, attestation, EnrollmentSettings.DEFAULT, null, null, null, null);
    }

    @Override
    public IndividualEnrollment stored(Instant createdAt, Instant updatedAt, String newEtag) {
        return new IndividualEnrollment(
                id, deviceId, attestation, settings, deviceInformation, createdAt, updatedAt, newEtag);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "IndividualEnrollment[" + id + (settings.enabled() ? "" : ", disabled") + ", etag=" + etag + "]";
    }
}
