package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;
import io.vertx.core.json.JsonObject;

/**
 * Decides about an authenticated device before a hub is computed, the way a custom allocation webhook does. IoT Central
 * uses it to refuse devices it does not know or has blocked. Called on an event loop under the lock of one registration:
 * it must be quick and must not call back into the service.
 */
@FunctionalInterface
public interface RegistrationGate {
    /** Admits every device and leaves the hub to the allocation policy. */
    RegistrationGate OPEN = (registrationId, payload) -> Decision.allocate();

    /** The payload is what the device sent with its request, or null. */
    Decision decide(String registrationId, JsonObject payload);

    /**
     * Exactly one of: refused with a code, admitted to a given hub, or (both null) admitted to the hub the allocation
     * policy computes.
     *
     * @param hub the hub to assign, or null
     * @param refusal why the device is refused, or null
     */
    record Decision(Hub hub, Refusal refusal) {
        /** Admitted; the allocation policy computes the hub. */
        public static Decision allocate() {
            return new Decision(null, null);
        }

        /** Admitted to this hub. */
        public static Decision assign(Hub hub) {
            return new Decision(hub, null);
        }

        /** The registration becomes {@code failed} with 400207 and the documented text for this webhook status. */
        public static Decision customAllocationFailed(int webhookStatus) {
            return new Decision(
                    null,
                    new Refusal(
                            ProvisioningError.CUSTOM_ALLOCATION_FAILED.code(),
                            "Custom allocation failed with status code: " + webhookStatus));
        }
    }

    /** The {@code errorCode} and {@code errorMessage} of a failed registration. */
    record Refusal(int errorCode, String errorMessage) {}
}
