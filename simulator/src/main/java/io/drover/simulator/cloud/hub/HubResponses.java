package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.UUID;

/** Writes the hub's JSON answers and its two documented shapes of error body. */
final class HubResponses {
    private final Clock clock;

    HubResponses(Clock clock) {
        this.clock = clock;
    }

    void json(RoutingContext request, JsonObject body) {
        write(request, 200, body.encode());
    }

    void json(RoutingContext request, int status, JsonObject body) {
        write(request, status, body.encode());
    }

    void json(RoutingContext request, JsonArray body) {
        write(request, 200, body.encode());
    }

    void error(RoutingContext request, HubError error, String message) {
        String trackingId = UUID.randomUUID().toString().replace("-", "");
        JsonObject body = switch (error) {
            case DEVICE_NOT_ONLINE, TIMEOUT -> nested(error, message, trackingId);
            default ->
                new JsonObject()
                        .put("Message", "ErrorCode:" + error.codeName() + ";" + message)
                        .put("ExceptionMessage", "Tracking ID:" + trackingId + "-TimeStamp:" + clock.instant());
        };
        request.response().putHeader("iothub-errorcode", error.codeName());
        write(request, error.httpStatus(), body.encode());
    }

    void throttled(RoutingContext request, long seconds, String operationType) {
        request.response()
                .putHeader("Retry-After", Long.toString(seconds))
                .putHeader("iothub-errorcode", HubError.THROTTLING.codeName());
        JsonObject body = new JsonObject()
                .put(
                        "Message",
                        "ErrorCode:ThrottlingBacklogTimeout;The request has been throttled. Wait " + seconds
                                + " seconds and try again. Operation type: " + operationType)
                .put("ExceptionMessage", "Tracking ID:" + UUID.randomUUID() + "-TimeStamp:" + clock.instant());
        write(request, HubError.THROTTLING.httpStatus(), body.encode());
    }

    /** The newer shape, JSON in a string, which errors of direct methods have. */
    private JsonObject nested(HubError error, String message, String trackingId) {
        JsonObject inner = new JsonObject()
                .put("errorCode", error.code())
                .put("trackingId", trackingId)
                .put("message", message)
                .put("info", new JsonObject())
                .put("timestampUtc", clock.instant().toString());
        return new JsonObject().put("Message", inner.encode()).put("ExceptionMessage", "");
    }

    private static void write(RoutingContext request, int status, String body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json; charset=utf-8")
                .end(body);
    }
}
