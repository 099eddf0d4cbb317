package io.drover.simulator.cloud.entra;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** The refusals of the token endpoint, as documented in "Microsoft Entra authentication and authorization error codes". */
enum EntraError {
    TENANT_NOT_FOUND(
            400,
            "invalid_request",
            90002,
            "Tenant '%s' not found. Check to make sure you have the correct tenant ID and"
                    + " are signing into the correct cloud."),
    PARAMETER_MISSING(400, "invalid_request", 900144, "The request body must contain the following parameter: '%s'."),
    GRANT_UNSUPPORTED(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'."),
    APPLICATION_NOT_FOUND(
            400,
            "unauthorized_client",
            700016,
            "Application with identifier '%s' was not found in the directory"
                    + " '%s'. This can happen if the application has not been installed by the administrator of the tenant."),
    SECRET_MISSING(
            401,
            "invalid_client",
            7000216,
            "'client_assertion', 'client_secret' or 'request' is required for the"
                    + " 'client_credentials' grant type."),
    SECRET_WRONG(
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is"
                    + " the client secret value, not the client secret ID, for a secret added to app '%s'."),
    SCOPE_NOT_DEFAULT(
            400,
            "invalid_scope",
            1002012,
            "The provided value for scope %s is not valid. Client credential flows must"
                    + " have a scope value with /.default suffixed to the resource identifier (application ID URI)."),
    SCOPE_MALFORMED(
            400,
            "invalid_scope",
            70011,
            "The provided request must include a 'scope' input parameter. The provided value"
                    + " for the input parameter 'scope' is not valid. The scope %s is not valid."),
    RESOURCE_NOT_FOUND(
            400,
            "invalid_resource",
            500011,
            "The resource principal named %s was not found in the tenant named %s. This"
                    + " can happen if the application has not been installed by the administrator of the tenant.");

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private final int status;
    private final String error;
    private final int code;
    private final String text;

    EntraError(int status, String error, int code, String text) {
        this.status = status;
        this.error = error;
        this.code = code;
        this.text = text;
    }

    int status() {
        return status;
    }

    JsonObject body(Instant now, String host, Object... values) {
        String trace = UUID.randomUUID().toString();
        String correlation = UUID.randomUUID().toString();
        String timestamp = TIMESTAMP.format(now);
        String description = "AADSTS" + code + ": " + String.format(text, values) + " Trace ID: " + trace
                + " Correlation ID: " + correlation + " Timestamp: " + timestamp;
        return new JsonObject()
                .put("error", error)
                .put("error_description", description)
                .put("error_codes", new JsonArray().add(code))
                .put("timestamp", timestamp)
                .put("trace_id", trace)
                .put("correlation_id", correlation)
                .put("error_uri", "https://" + host + "/error?code=" + code);
    }
}
