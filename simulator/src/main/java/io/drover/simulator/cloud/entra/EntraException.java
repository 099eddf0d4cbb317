package io.drover.simulator.cloud.entra;

/** A sign-in that is refused. An ordinary answer, so without a stack trace. */
final class EntraException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final EntraError error;
    private final transient Object[] values;

    /** @param values what the error's text leaves open; never a secret */
    EntraException(EntraError error, Object... values) {
        super(error.name(), null, false, false);
        this.error = error;
        this.values = values;
    }

    EntraError error() {
        return error;
    }

    Object[] values() {
        return values;
    }
}
