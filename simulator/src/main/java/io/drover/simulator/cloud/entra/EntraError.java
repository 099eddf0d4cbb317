package io.drover.simulator.cloud.entra;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/** The refusals of the token endpoint, as documented in "Microsoft Entra authentication and authorization error codes". */
enum EntraError {
    TENANT_NOT_FOUND(
            400,
            "invalid_request",
            90002,
            "Tenant '%s' not found. Check to make sure you have the correct tenant ID and"
                    + " are signing into the correct cloud."),
    MALFORMED(400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid."),
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
    SCOPE_UNKNOWN(
            400,
            "invalid_scope",
            650053,
            "The application asked for scope '%s' that doesn't exist on the resource '%s'. Contact the app vendor."),
    CREDENTIAL_MISSING(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    ASSERTION_MALFORMED(401, "invalid_client", 50027, "JWT token is invalid or malformed."),
    ASSERTION_UNREGISTERED(
            401,
            "invalid_client",
            700027,
            "The certificate with identifier used to sign the client assertion is not registered on application."),
    ASSERTION_SIGNATURE(401, "invalid_client", 50013, "Assertion failed signature validation."),
    ASSERTION_ISSUER(
            401,
            "invalid_client",
            700021,
            "Client assertion application identifier doesn't match 'client_id' parameter."),
    ASSERTION_AUDIENCE(401, "invalid_client", 700023, "Client assertion audience claim does not match Realm issuer."),
    ASSERTION_TIME(401, "invalid_client", 700024, "Client assertion is not within its valid time range."),
    FEDERATED_ISSUER(
            401,
            "invalid_client",
            700211,
            "No matching federated identity record found for presented assertion issuer '%s'. Check your federated identity"
                    + " credential Subject, Audience and Issuer against the presented assertion."),
    FEDERATED_AUDIENCE(
            401,
            "invalid_client",
            700212,
            "No matching federated identity record found for presented assertion audience '%s'. Check your federated"
                    + " identity credential Subject, Audience and Issuer against the presented assertion."),
    FEDERATED_SUBJECT(
            401,
            "invalid_client",
            700213,
            "No matching federated identity record found for presented assertion subject '%s'. Check your federated"
                    + " identity credential Subject, Audience and Issuer against the presented assertion."),
    CODE_INVALID(
            400,
            "invalid_grant",
            70008,
            "The provided authorization code or refresh token has expired, was redeemed already or was not issued to"
                    + " this application."),
    REFRESH_INVALID(
            400,
            "invalid_grant",
            700082,
            "The refresh token has expired due to inactivity or was not issued to this application."),
    VERIFIER_WRONG(
            400,
            "invalid_grant",
            501481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    REDIRECT_MISMATCH(
            400,
            "invalid_request",
            50011,
            "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the"
                    + " application."),
    PROMPT(400, "invalid_request", 90023, "Unsupported 'prompt' value '%s'."),
    NOT_SIGNED_IN(400, "login_required", 50058, "A silent sign-in request was sent but no user is signed in."),
    RESPONSE_TYPE(400, "unsupported_response_type", 700054, "response_type '%s' is not enabled for the application."),
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

    String error() {
        return error;
    }

    int code() {
        return code;
    }

    /** The description without its number. */
    String text(Object... values) {
        return String.format(Locale.ROOT, text, values);
    }

    JsonObject body(Instant now, String host, Object... values) {
        String trace = UUID.randomUUID().toString();
        String correlation = UUID.randomUUID().toString();
        String timestamp = TIMESTAMP.format(now);
        String description = "AADSTS" + code + ": " + text(values) + " Trace ID: " + trace + " Correlation ID: "
                + correlation + " Timestamp: " + timestamp;
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
