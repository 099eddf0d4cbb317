package io.drover.worker.device;

import java.time.Duration;

/** Why a device waits, failed or was excluded: what it means, what to do next, and whether another attempt can help. */
public enum FailureReason {
    DEVICE_OFFLINE(
            "not connected to the source",
            "Bring the device online; Drover probes it again until the offline deadline.",
            true),
    DEVICE_UNKNOWN(
            "the source does not know the device",
            "Check that the device was not deleted from IoT Central while migrating.",
            false),
    NO_HANDLER(
            "connected, but does not answer DeviceMove",
            "Update the firmware to one that subscribes to direct methods and handles DeviceMove.",
            true),
    DEVICE_REFUSED(
            "answered DeviceMove with an error status",
            "Read the status in the device's history and correct the device's configuration.",
            true),
    UNKNOWN_OUTCOME(
            "no trustworthy answer to DeviceMove, and not seen at the target",
            "Check the device's connection to the source; its network may drop requests.",
            true),
    NEVER_ASSIGNED(
            "accepted DeviceMove, but never registered at the target",
            "Check the device's way to global.azure-devices-provisioning.net:8883 and its key.",
            true),
    NEVER_CONNECTED(
            "assigned to a hub, but never connected to it",
            "Check the device's way to the target hub's port 8883 and its firewall rules.",
            false),
    SILENT(
            "connected to the target, but sent no telemetry",
            "Check that the device's application resumes after the move.",
            false),
    TARGET_REJECTED(
            "the target refused the device's registration",
            "Compare the target enrollment group's keys with the source group's.",
            false),
    CANCELLED("the migration was aborted", "Apply the migration again to move it.", false),
    NO_TEMPLATE("has no device template", "Assign a template in IoT Central, then plan again.", false),
    NO_MOVE_COMMAND(
            "its template has no DeviceMove command",
            "Add the migration component with DeviceMove to the template and publish it.",
            false),
    SIMULATED("simulated by IoT Central", "Nothing to do: a simulated device cannot move.", false),
    BLOCKED("blocked in IoT Central", "Unblock the device, then plan again.", false),
    ID_REFUSED_BY_DPS(
            "its id is not a valid registration id",
            "Give the device an id of up to 128 letters, digits and -._: and enroll it anew.",
            false);

    private final String text;
    private final String nextAction;
    private final boolean retryable;

    FailureReason(String text, String nextAction, boolean retryable) {
        this.text = text;
        this.nextAction = nextAction;
        this.retryable = retryable;
    }

    /** What happened, for a person. */
    public String text() {
        return text;
    }

    /** What an operator can do about it. */
    public String nextAction() {
        return nextAction;
    }

    /** Whether another command can help. */
    public boolean isRetryable() {
        return retryable;
    }

    /** Pause before the given attempt's successor: 10 s doubled per attempt, five minutes at most. */
    public Duration backoff(int attempt) {
        long seconds = 10L << Math.max(0, Math.min(attempt - 1, 5));
        return Duration.ofSeconds(Math.min(seconds, 300));
    }
}
