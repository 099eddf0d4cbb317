package io.drover.simulator.cloud;

import java.net.BindException;

/** A port the cloud was told to listen on could not be had. The message is for a person. */
public final class PortUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private PortUnavailableException(String message, BindException cause) {
        super(message, cause);
    }

    static PortUnavailableException of(String what, int port, String option, BindException cause) {
        boolean forbidden = String.valueOf(cause.getMessage()).contains("ermission denied");
        return new PortUnavailableException(
                "Port " + port + " for " + what
                        + (forbidden
                                ? " needs more rights; allow this user ports below 1024 (sysctl"
                                        + " net.ipv4.ip_unprivileged_port_start, or the capability CAP_NET_BIND_SERVICE),"
                                : " is in use; stop the program that holds it,")
                        + " or choose another with " + option + " (0 takes any free one).",
                cause);
    }
}
