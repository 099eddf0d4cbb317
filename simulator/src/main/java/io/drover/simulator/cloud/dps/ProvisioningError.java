package io.drover.simulator.cloud.dps;

/**
 * Reasons the service says no, with the codes of its error bodies. 400001, 404000, 404201, 404202, 404203, 405000, 409201 and 412203
 * are this emulator's reading: the documents name the HTTP statuses only.
 */
public enum ProvisioningError {
    BAD_REQUEST(400, 400000, "Bad request"),
    LIMIT_REACHED(400, 400001, "The service has as many of these as it takes"),
    INVALID_REGISTRATION_ID(400, 400004, "Invalid registration id"),
    CUSTOM_ALLOCATION_FAILED(400, 400207, "Custom allocation failed"),
    UNAUTHORIZED(401, 401000, "Unauthorized"),
    FORBIDDEN(403, 403000, "Forbidden"),
    NOT_FOUND(404, 404000, "Resource not found"),
    ENROLLMENT_NOT_FOUND(404, 404201, "Enrollment not found"),
    REGISTRATION_NOT_FOUND(404, 404202, "Registration not found"),
    METHOD_NOT_ALLOWED(405, 405000, "Method not allowed"),
    ENROLLMENT_EXISTS(409, 409201, "Enrollment already exists"),
    ETAG_MISMATCH(412, 412203, "Precondition failed"),
    THROTTLED(429, 429001, "Operations are being throttled for this tenant"),
    INTERNAL(500, 500000, "Internal error");

    private final int httpStatus;
    private final int code;
    private final String message;

    ProvisioningError(int httpStatus, int code, String message) {
        this.httpStatus = httpStatus;
        this.code = code;
        this.message = message;
    }

    /** HTTP status, which the MQTT device API uses as well. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The {@code errorCode} of the body. */
    public int code() {
        return code;
    }

    /** The general message; a {@link ProvisioningException} may say more. */
    public String message() {
        return message;
    }
}
