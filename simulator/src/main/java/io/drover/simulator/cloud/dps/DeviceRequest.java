package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;

/**
 * A device that has proved who it is and asks to be assigned.
 *
 * @param payload what it sent for a custom allocation, or null
 */
record DeviceRequest(Enrollment<?> enrollment, String registrationId, DeviceProof proof, JsonObject payload) {
    /** The enrollment group, null for an individual enrollment. */
    String groupId() {
        return enrollment instanceof EnrollmentGroup group ? group.id() : null;
    }
}
