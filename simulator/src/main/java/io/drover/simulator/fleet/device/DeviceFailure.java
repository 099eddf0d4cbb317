package io.drover.simulator.fleet.device;

/** Why a device could not go on, as a short reason that is counted; carries no stack trace, it is part of the play. */
public final class DeviceFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** A failure without a status. */
    public DeviceFailure(String reason) {
        this(reason, 0);
    }

    /**
     * A failure that the service answered.
     *
     * @param status an MQTT return code or a DPS status, 0 for none
     */
    public DeviceFailure(String reason, int status) {
        super(status == 0 ? reason : reason + "-" + status, null, false, false);
        this.status = status;
    }

    /** The reason for counters: one of a small fixed set, never a device id. */
    public static String reasonOf(Throwable failure) {
        if (failure instanceof DeviceFailure) {
            return failure.getMessage();
        }
        if (failure instanceof javax.net.ssl.SSLException) {
            return "tls";
        }
        if (failure instanceof java.util.concurrent.TimeoutException) {
            return "timeout";
        }
        return failure instanceof java.io.IOException ? "connect" : "internal";
    }

    /** The status the service gave, 0 for none. */
    public int status() {
        return status;
    }
}
