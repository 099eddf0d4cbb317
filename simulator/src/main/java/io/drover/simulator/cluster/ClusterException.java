package io.drover.simulator.cluster;

/** Why a cluster could not be formed or joined, or a fleet in it not be run; the message is for a person, and says what to do. */
public final class ClusterException extends Exception {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
