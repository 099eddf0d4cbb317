package io.drover.simulator.cloud.arm;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** The refusals of the resource manager itself, in its documented shape {@code {"error":{"code","message"}}}. */
enum ArmError {
    AUTHENTICATION_FAILED(401, "AuthenticationFailed"),
    INVALID_TOKEN(401, "InvalidAuthenticationToken"),
    AUTHORIZATION_FAILED(403, "AuthorizationFailed"),
    SUBSCRIPTION_NOT_FOUND(404, "SubscriptionNotFound"),
    RESOURCE_NOT_FOUND(404, "ResourceNotFound"),
    NOT_FOUND(404, "NotFound"),
    BAD_REQUEST(400, "InvalidRequestContent"),
    MISSING_API_VERSION(400, "MissingApiVersionParameter"),
    INVALID_API_VERSION(400, "InvalidApiVersionParameter");

    private final int status;
    private final String code;

    ArmError(int status, String code) {
        this.status = status;
        this.code = code;
    }

    void answer(RoutingContext context, String message) {
        JsonObject error = new JsonObject().put("code", code).put("message", message);
        end(context, status, new JsonObject().put("error", error));
    }

    /** The shape of the Microsoft.Devices provider, which differs from the resource manager's. */
    static void deviceNotFound(RoutingContext context, String message) {
        device(context, 404, "404001", "NotFound", message);
    }

    /** The same provider's refusal of a value. */
    static void deviceBadRequest(RoutingContext context, String message) {
        device(context, 400, "400001", "BadRequest", message);
    }

    /** The same provider's refusal of an If-Match header that is not the present etag. */
    static void devicePreconditionFailed(RoutingContext context, String message) {
        device(context, 412, "412001", "PreconditionFailed", message);
    }

    private static void device(RoutingContext context, int status, String code, String name, String message) {
        end(
                context,
                status,
                new JsonObject()
                        .put("code", code)
                        .put("httpStatusCode", name)
                        .put("message", message)
                        .put("details", ""));
    }

    private static void end(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body.toBuffer());
    }
}
