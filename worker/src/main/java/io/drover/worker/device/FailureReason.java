package io.drover.worker.device;

import java.time.Duration;

/**
 * Why a device waits, failed or was excluded: what it means, what an operator does next, and what another command can
 * help. Documented for operators in docs/operations.md, which a test holds against this list.
 */
public enum FailureReason {
    DEVICE_OFFLINE(
            "not connected to the source",
            "Bring the device online; Drover commands it as soon as it is back, until the offline deadline.",
            Retry.UNTIL_DEADLINE),
    THROTTLED(
            "not commanded because the source throttled the call",
            "Nothing to do; lower dispatch or quotas in the configuration when it stays.",
            Retry.UNTIL_DEADLINE),
    FORBIDDEN(
            "not commanded because the source forbids it to this client",
            "Give the service principal a role that may execute commands, then resume.",
            Retry.UNTIL_DEADLINE),
    DEVICE_UNKNOWN(
            "the source does not know the device",
            "Check that the device was not deleted from the source while migrating.",
            Retry.NEVER),
    NO_HANDLER(
            "connected, but does not answer DeviceMove",
            "Update the firmware to one that subscribes to direct methods and handles DeviceMove, then retry.",
            Retry.ATTEMPTS),
    DEVICE_REFUSED(
            "answered DeviceMove with an error status",
            "Read the status in the device's history, correct the device's configuration, then retry.",
            Retry.ATTEMPTS),
    UNKNOWN_OUTCOME(
            "no trustworthy answer to DeviceMove, and not seen at the target",
            "Check the device's connection to the source, which may drop requests, then retry.",
            Retry.ATTEMPTS),
    NEVER_ASSIGNED(
            "accepted DeviceMove, but never registered at the target",
            "Check the device's way to global.azure-devices-provisioning.net:8883 and its key.",
            Retry.ATTEMPTS),
    NEVER_CONNECTED(
            "assigned to a hub, but never connected to it",
            "Check the device's way to the target hub's port 8883 and its firewall rules.",
            Retry.NEVER),
    SILENT(
            "connected to the target, but sent no telemetry",
            "Check that the device's application resumes after the move.",
            Retry.NEVER),
    TARGET_REJECTED(
            "the target refused the device's registration",
            "Compare the target enrollment group's keys with the source group's, then retry.",
            Retry.NEVER),
    TWIN_DIFFERS(
            "arrived, but what it owns differs at the target",
            "Compare the paths in the report, correct them at the target or in the mapping file, then retry.",
            Retry.NEVER),
    TWIN_NOT_WRITTEN(
            "arrived, but what it owns could not be read at the source or written at the target",
            "Read the paths in the report and the answers in the worker's log, correct the cause, then retry.",
            Retry.NEVER),
    NOT_PREPARED(
            "its device could not be made at the target hub beforehand",
            "Read the hub's answer in the worker's log, correct its data or the mapping file, then retry.",
            Retry.NEVER),
    NOT_ADMITTED(
            "the target would not take the device in",
            "Read the target's answer in the worker's log, correct the device or the target, then retry.",
            Retry.NEVER),
    DEADLINE_PASSED(
            "never reached before its wave or the campaign ended",
            "Find out why the device is away, then retry it or move it by hand.",
            Retry.NEVER),
    CANCELLED("the migration was aborted", "Retry it, or apply a new migration, to move it.", Retry.NEVER),
    NOT_AT_SOURCE(
            "listed in the file of devices, but not among those selected at the source",
            "Correct the id in the file or the selection, then plan again.",
            Retry.NEVER),
    IN_OTHER_MIGRATION(
            "on its way in another migration of this ledger",
            "Wait until that migration is done; then fail it back, or apply, under a new name.",
            Retry.NEVER),
    NO_TEMPLATE("has no device template", "Assign a template in IoT Central, then plan again.", Retry.NEVER),
    NO_MOVE_COMMAND(
            "its template has no DeviceMove command",
            "Add the migration component with DeviceMove to the template and publish it.",
            Retry.NEVER),
    SIMULATED("simulated by IoT Central", "Nothing to do: a simulated device cannot move.", Retry.NEVER),
    BLOCKED(
            "blocked or disabled at the source or at the target",
            "Unblock or enable the device, then plan again or retry.",
            Retry.NEVER),
    ID_REFUSED_BY_DPS(
            "its id is not a valid registration id",
            "Give the device an id of up to 128 letters, digits and -._: and enroll it anew.",
            Retry.NEVER),
    CREDENTIAL_UNSUPPORTED(
            "no enrollment at the target can accept its credential",
            "Let it register through an enrollment of the source's provisioning service and plan again, or move it by hand.",
            Retry.NEVER),
    CREDENTIAL_UNAVAILABLE(
            "the source shows only the thumbprint of its certificate, or nothing of its credential",
            "Put its certificates as <device id>.pem into the folder migration.credentials.deviceCertificates, then retry.",
            Retry.NEVER),
    TARGET_HAS_OTHER_CREDENTIAL(
            "the target has it already, with another credential",
            "Delete its individual enrollment or device at the target, or correct the credential there, then retry.",
            Retry.NEVER),
    ENROLLMENT_REFUSED(
            "the target refused to enroll it",
            "Read the target's answer in the worker's log, correct the credential, then retry.",
            Retry.NEVER),
    EDGE_DEVICE(
            "an IoT Edge device, which an ordinary enrollment group cannot take",
            "Move it by its own provisioning configuration.",
            Retry.NEVER);

    /** What another command can help. */
    public enum Retry {
        /** Nothing but the operator's own retry. */
        NEVER,
        /** As many commands as the migration allows. */
        ATTEMPTS,
        /** Any number: the device was not reached, so no attempt is used up. */
        UNTIL_DEADLINE
    }

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

    private final String text;
    private final String nextAction;
    private final Retry retry;

    FailureReason(String text, String nextAction, Retry retry) {
        this.text = text;
        this.nextAction = nextAction;
        this.retry = retry;
    }

    /** What happened, for a person. */
    public String text() {
        return text;
    }

    /** What an operator can do about it. */
    public String nextAction() {
        return nextAction;
    }

    /** What another command can help. */
    public Retry retry() {
        return retry;
    }

    /** Pause after this many attempts: 10 s doubled each time, five minutes at most. */
    public Duration backoff(int attempt) {
        return backoff(attempt, LONGEST_BACKOFF);
    }

    /** As {@link #backoff(int)} with another longest pause. */
    public Duration backoff(int attempt, Duration longest) {
        Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.max(0, Math.min(attempt - 1, 10)));
        return pause.compareTo(longest) > 0 ? longest : pause;
    }
}
