package io.drover.simulator.cloud.hub;

/** The hub's error codes used here, with the HTTP status each is answered with, as documented. */
public enum HubError {
    ARGUMENT_INVALID(400, 400004, "ArgumentInvalid"),
    UNAUTHORIZED(401, 401002, "IotHubUnauthorizedAccess"),
    FORBIDDEN(403, 403000, "GenericForbidden"),
    DEVICE_DISABLED(403, 403012, "DeviceDisabled"),
    NOT_FOUND(404, 404000, "NotFound"),
    DEVICE_NOT_FOUND(404, 404001, "DeviceNotFound"),
    DEVICE_NOT_ONLINE(404, 404103, "DeviceNotOnline"),
    METHOD_NOT_ALLOWED(405, 405000, "MethodNotAllowed"),
    DEVICE_ALREADY_EXISTS(409, 409001, "DeviceAlreadyExists"),
    PRECONDITION_FAILED(412, 412001, "PreconditionFailed"),
    MESSAGE_TOO_LARGE(413, 413001, "MessageTooLarge"),
    THROTTLING(429, 429001, "ThrottlingException"),
    SERVER_ERROR(500, 500001, "ServerError"),
    TIMEOUT(504, 504101, "GatewayTimeout");

    private final int httpStatus;
    private final int code;
    private final String codeName;

    HubError(int httpStatus, int code, String codeName) {
        this.httpStatus = httpStatus;
        this.code = code;
        this.codeName = codeName;
    }

    /** Status of the HTTP answer. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The six digits of the error catalogue. */
    public int code() {
        return code;
    }

    /** The name in header {@code iothub-errorcode}. */
    public String codeName() {
        return codeName;
    }
}
