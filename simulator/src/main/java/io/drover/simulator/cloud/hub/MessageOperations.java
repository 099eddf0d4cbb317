package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/** Purging a device's queue of messages. Messages themselves are sent over AMQP. */
final class MessageOperations {
    private final HubResponses responses;
    private final Clock clock;

    MessageOperations(HubResponses responses, Clock clock) {
        this.responses = responses;
        this.clock = clock;
    }

    void purge(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        HubDevice device = HubRestApi.identityOf(hub, request);
        int purged = device.messages().purge(clock.instant());
        responses.json(
                request, new JsonObject().put("totalMessagesPurged", purged).put("deviceId", device.deviceId()));
    }
}
