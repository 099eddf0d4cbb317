package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** Error bodies in the documented shape of each service (REFERENCE a.8, b "Errors", e, f). */
final class ErrorBodies {
    private ErrorBodies() {}

    static JsonObject of(CloudService service, int status, Instant now) {
        String tracking = UUID.randomUUID().toString();
        return switch (service) {
            case CENTRAL ->
                new JsonObject()
                        .put(
                                "error",
                                new JsonObject()
                                        .put("code", centralWord(status))
                                        .put("message", sentence(status))
                                        .put("requestId", tracking)
                                        .put(
                                                "time",
                                                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                                        now.atOffset(ZoneOffset.UTC))));
            case ARM ->
                new JsonObject()
                        .put("error", new JsonObject().put("code", word(status)).put("message", sentence(status)));
            case ENTRA ->
                new JsonObject()
                        .put("error", "temporarily_unavailable")
                        .put("error_description", "AADSTS90033: A transient error has occurred. Please try again.")
                        .put("error_codes", new JsonArray().add(90033))
                        .put("timestamp", now.toString())
                        .put("trace_id", tracking)
                        .put("correlation_id", UUID.randomUUID().toString());
            case DPS_REST, DPS_MQTT -> dps(dpsCode(status), sentence(status), now);
            case HUB_REST, HUB_MQTT, HUB_AMQP ->
                new JsonObject()
                        .put("Message", "ErrorCode:" + hubWord(status) + ";" + hubSentence(status))
                        .put("ExceptionMessage", "Tracking ID:" + tracking + "-TimeStamp:" + now);
        };
    }

    /** Name for the header x-ms-error-code or iothub-errorcode. */
    static String code(CloudService service, int status) {
        return switch (service) {
            case HUB_REST -> hubWord(status);
            case DPS_REST -> Integer.toString(dpsCode(status));
            case CENTRAL -> centralWord(status);
            default -> word(status);
        };
    }

    static JsonObject dps(int code, String message, Instant now) {
        return new JsonObject()
                .put("errorCode", code)
                .put("trackingId", UUID.randomUUID().toString())
                .put("message", message)
                .put("info", new JsonObject())
                .put("timestampUtc", now.toString());
    }

    private static int dpsCode(int status) {
        return switch (status) {
            case 400 -> 400_000;
            case 401 -> 401_002;
            case 403 -> 403_000;
            default -> status * 1_000 + 1;
        };
    }

    private static String word(int status) {
        return switch (status) {
            case 400 -> "InvalidParameter";
            case 403 -> "AuthorizationFailed";
            case 429 -> "TooManyRequests";
            case 503 -> "ServiceUnavailable";
            case 504 -> "GatewayTimeout";
            default -> "InternalServerError";
        };
    }

    private static String centralWord(int status) {
        return status == 403 ? "Forbidden" : word(status);
    }

    private static String hubWord(int status) {
        return switch (status) {
            case 400 -> "ArgumentInvalid";
            case 401 -> "IotHubUnauthorized";
            case 403 -> "GenericForbidden";
            case 429 -> "ThrottlingBacklogTimeout";
            case 503 -> "ServiceUnavailable";
            case 504 -> "GatewayTimeout";
            default -> "ServerError";
        };
    }

    private static String hubSentence(int status) {
        return status == 429
                ? "The request has been throttled. Wait 10 seconds and try again. Operation type: CRUD"
                : sentence(status);
    }

    private static String sentence(int status) {
        return switch (status) {
            case 400 -> "The continuation is not valid or has expired.";
            case 401 -> "Unauthorized";
            case 403 -> "The client does not have authorization to perform this action.";
            case 429 -> "Too many requests; try again later.";
            case 503 -> "The service is unavailable; try again later.";
            case 504 -> "The gateway did not receive a response in time.";
            default -> "The server has met an error; try again later.";
        };
    }
}
