package io.drover.simulator.cloud;

/** A port the cloud was told to listen on could not be had. The message is for a person. */
public final class PortInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortInUseException(String what, int port, String option, Throwable cause) {
        super(
                "Port " + port + " for " + what + " is in use; stop the program that holds it, or choose another with "
                        + option + " (0 takes any free one).",
                cause);
    }
}
