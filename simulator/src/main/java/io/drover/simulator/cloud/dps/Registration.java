package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * What the service knows of one device's latest registration. The outcome is decided when the device registers and
 * shows from {@code settledAt} on; before that the status is {@code assigning}. So 100,000 assignments under way need
 * no timer. Only a registration that waits for a webhook is undecided: it shows no outcome until it is replaced.
 *
 * @param registrationId as the device first gave it
 * @param groupId the enrollment group that took it, null for an individual enrollment
 * @param operationId what the device polls with
 * @param outcome status from {@code settledAt} on
 * @param assignedHub host name, null unless assigned
 * @param deviceId null unless assigned
 * @param errorCode 0 unless failed
 * @param errorMessage null unless failed
 * @param created when the device registered for the first time
 * @param settledAt when the latest assignment took effect
 * @param assignedAt when this hub was first assigned, null if none is
 * @param payload what a webhook answered for the device, or null
 */
public record Registration(
        String registrationId,
        String groupId,
        String operationId,
        RegistrationStatus outcome,
        RegistrationSubstatus substatus,
        String assignedHub,
        String deviceId,
        int errorCode,
        String errorMessage,
        Instant created,
        Instant settledAt,
        Instant assignedAt,
        String etag,
        JsonObject payload) {

    /** {@code assigning} until the outcome has settled. */
    public RegistrationStatus statusAt(Instant now) {
        return now.isBefore(settledAt) ? RegistrationStatus.ASSIGNING : outcome;
    }
}
