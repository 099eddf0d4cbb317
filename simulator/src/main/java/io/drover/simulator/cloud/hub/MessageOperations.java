package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/** Purging a device's queue of messages, and feedback about messages. Messages themselves are sent over AMQP. */
final class MessageOperations {
    private final HubResponses responses;
    private final Clock clock;

    MessageOperations(HubResponses responses, Clock clock) {
        this.responses = responses;
        this.clock = clock;
    }

    /** One batch with its lock token as ETag, or 204. */
    void receiveFeedback(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        hub.feedbackLocks()
                .receive(clock.instant())
                .ifPresentOrElse(
                        locked -> {
                            request.response().putHeader("ETag", "\"" + locked.token() + "\"");
                            responses.json(request, locked.body());
                        },
                        () -> request.response().setStatusCode(204).end());
    }

    void completeFeedback(Hub hub, RoutingContext request) {
        release(hub, request, true);
    }

    void abandonFeedback(Hub hub, RoutingContext request) {
        release(hub, request, false);
    }

    private void release(Hub hub, RoutingContext request, boolean completed) {
        hub.requireDeviceManagement();
        hub.feedbackLocks().release(request.pathParam("lockToken"), completed, clock.instant());
        request.response().setStatusCode(204).end();
    }

    void purge(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        HubDevice device = HubRestApi.identityOf(hub, request);
        int purged = device.messages().purge(clock.instant());
        responses.json(
                request, new JsonObject().put("totalMessagesPurged", purged).put("deviceId", device.deviceId()));
    }
}
