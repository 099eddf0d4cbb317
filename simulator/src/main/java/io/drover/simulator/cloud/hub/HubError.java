package io.drover.simulator.cloud.hub;

/** The hub's error codes used here, with the HTTP status each is answered with, after "Azure IoT Hub error codes". */
public enum HubError {
    ARGUMENT_INVALID(400, 400004, "ArgumentInvalid"),
    DEVICE_DEFINED_MULTIPLE_TIMES(400, 400011, "DeviceDefinedMultipleTimes"),
    BULK_FAILURE(400, 400013, "BulkRegistryOperationFailure"),
    UNAUTHORIZED(401, 401002, "IotHubUnauthorizedAccess"),
    AUTHENTICATION_FAILED(401, 401003, "IotHubUnauthorized"),
    FORBIDDEN(403, 403000, "GenericForbidden"),
    QUEUE_DEPTH_EXCEEDED(403, 403004, "DeviceMaximumQueueDepthExceeded"),
    INVALID_EXPIRY_TIME(403, 403009, "InvalidMessageExpiryTime"),
    NOT_IN_THIS_TIER(403, 403010, "OperationNotAvailableInCurrentTier"),
    DEVICE_DISABLED(403, 403012, "DeviceDisabled"),
    NOT_FOUND(404, 404000, "NotFound"),
    DEVICE_NOT_FOUND(404, 404001, "DeviceNotFound"),
    JOB_NOT_FOUND(404, 404002, "JobNotFound"),
    MODULE_NOT_FOUND(404, 404010, "ModuleNotFound"),
    DEVICE_NOT_ONLINE(404, 404103, "DeviceNotOnline"),
    METHOD_NOT_ALLOWED(405, 405000, "MethodNotAllowed"),
    DEVICE_ALREADY_EXISTS(409, 409001, "DeviceAlreadyExists"),
    JOB_ALREADY_EXISTS(409, 409007, "JobAlreadyExists"),
    MODULE_ALREADY_EXISTS(409, 409301, "ModuleAlreadyExistsOnDevice"),
    PRECONDITION_FAILED(412, 412001, "PreconditionFailed"),
    LOCK_LOST(412, 412002, "DeviceMessageLockLost"),
    MESSAGE_TOO_LARGE(413, 413001, "MessageTooLarge"),
    TOO_MANY_DEVICES(413, 413002, "TooManyDevices"),
    TOO_MANY_MODULES(413, 413003, "TooManyModulesOnDevice"),
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
