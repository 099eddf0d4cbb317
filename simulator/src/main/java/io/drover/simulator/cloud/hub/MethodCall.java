package io.drover.simulator.cloud.hub;

import java.time.Instant;

/**
 * One direct method that the hub's service API was asked to call.
 *
 * @param deliveredAt when it was handed to the device; null when it was not, or not yet
 * @param status the device's own status; null without an answer
 */
public record MethodCall(String method, Instant requestedAt, Instant deliveredAt, Integer status) {
    static MethodCall requested(String method, Instant at) {
        return new MethodCall(method, at, null, null);
    }

    MethodCall answered(MethodResult result) {
        return new MethodCall(method, requestedAt, result.deliveredAt(), result.status());
    }

    MethodCall failed(Throwable failure) {
        Instant delivered =
                failure instanceof HubException refused ? refused.deliveredAt().orElse(null) : null;
        return new MethodCall(method, requestedAt, delivered, null);
    }
}
