package io.drover.simulator.cloud.central;

/** A request the REST API refuses, with the status and code of its error body. An ordinary answer, so without a stack trace. */
final class CentralException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    CentralException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static CentralException invalidBody(String message) {
        return new CentralException(400, "InvalidBody", message);
    }

    static CentralException notFound(String kind, String id) {
        return new CentralException(404, "NotFound", "The " + kind + " '" + id + "' was not found.");
    }

    static CentralException conflict(String message) {
        return new CentralException(409, "Conflict", message);
    }

    static CentralException unprocessable(String message) {
        return new CentralException(422, "UnprocessableEntity", message);
    }

    static CentralException tooManyRequests() {
        return new CentralException(429, "TooManyRequests", "Too many requests; try again after the time given.");
    }

    static CentralException etagMismatch() {
        return new CentralException(412, "PreconditionFailed", "The etag is not the current one.");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
