package io.drover.simulator.load;

/**
 * Follows one device through a load: each step is timed once, however often it is tried; a move that is accepted begins another round.
 * On the device's event loop.
 */
public final class LoadTrack {
    private enum At {
        WAITING,
        STARTED,
        REGISTERED,
        CONNECTED,
        ACCEPTED,
        REGISTERED_AGAIN,
        CONNECTED_AGAIN,
        ARRIVED
    }

    private final LoadRecorder recorder;
    private final int index;
    /** The intended start; after that the acceptance of the last move. */
    private long sinceNanos;

    private At at = At.WAITING;

    LoadTrack(LoadRecorder recorder, int index, long meantNanos) {
        this.recorder = recorder;
        this.index = index;
        this.sinceNanos = meantNanos;
    }

    /** The device has begun: its first connection is being opened, or it has nothing to open. */
    public void started() {
        reached(At.WAITING, At.STARTED, LoadStep.LAG);
    }

    /** A provisioning service has assigned a hub. */
    public void registered() {
        if (!reached(At.STARTED, At.REGISTERED, LoadStep.REGISTRATION)) {
            reached(At.ACCEPTED, At.REGISTERED_AGAIN, LoadStep.REGISTRATION_AGAIN);
        }
    }

    /** The device is connected and subscribed. */
    public void connected() {
        if (!reached(At.REGISTERED, At.CONNECTED, LoadStep.CONNECT)) {
            reached(At.REGISTERED_AGAIN, At.CONNECTED_AGAIN, LoadStep.MOVE);
        }
    }

    /** The device has accepted a DeviceMove. */
    public void accepted() {
        at = At.ACCEPTED;
        sinceNanos = System.nanoTime();
        recorder.accepted(index, sinceNanos);
    }

    /** A hub has acknowledged a message of the present connection. */
    public void acknowledged() {
        reached(At.CONNECTED_AGAIN, At.ARRIVED, LoadStep.ARRIVAL);
    }

    /** Whether a move is under way, and when ({@link System#nanoTime()}) it was accepted. */
    public boolean isMoving() {
        return at == At.ACCEPTED || at == At.REGISTERED_AGAIN;
    }

    /** When the move was accepted; only while {@link #isMoving()}. */
    public long acceptedNanos() {
        return sinceNanos;
    }

    private boolean reached(At from, At to, LoadStep step) {
        if (at != from) {
            return false;
        }
        at = to;
        recorder.record(step, index, sinceNanos, System.nanoTime());
        return true;
    }
}
