package io.drover.worker.permission;

/**
 * Whether a call that an apply makes is allowed.
 *
 * @param resource name of the service
 * @param detail how it is known, or why it is not
 */
public record PermissionCheck(RequiredCall call, String resource, Verdict verdict, String detail) {
    /** What is known. */
    public enum Verdict {
        GRANTED,
        MISSING,
        /** Neither was it tried, as it would change something, nor do the services tell. */
        UNKNOWN
    }

    static PermissionCheck granted(RequiredCall call, String resource, String detail) {
        return new PermissionCheck(call, resource, Verdict.GRANTED, detail);
    }

    static PermissionCheck missing(RequiredCall call, String resource, String detail) {
        return new PermissionCheck(call, resource, Verdict.MISSING, detail);
    }

    static PermissionCheck unknown(RequiredCall call, String resource, String detail) {
        return new PermissionCheck(call, resource, Verdict.UNKNOWN, detail);
    }
}
