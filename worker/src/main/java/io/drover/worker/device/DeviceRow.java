package io.drover.worker.device;

import java.time.Instant;

/**
 * One device's row in the ledger. Instants are null until the thing happened.
 *
 * @param credential null while nobody has looked at it
 * @param attempt number of the latest command, 0 before the first
 * @param retries attempts used up by retryable failures
 * @param revision grows with every change; guards against a lost update
 * @param reason why it is final, or what the passing of {@code deadlineAt} would mean
 * @param commandedAt first command; {@code attemptAt} the latest one
 * @param wave number of its wave from 1 on; 0 while no wave has taken it
 * @param negative strongest negative evidence for this attempt, or null
 * @param lookAfter no command may be sent before a look at the target that begins at this time or later; or null
 * @param twin how what it owns compared at the target, the best outcome so far; null while it was not compared
 * @param twinAt when that was found first
 * @param owner the worker that sent the latest command, or null
 * @param seenAttempt the attempt that was the latest when the source last said that the device had connected; 0 for never
 */
public record DeviceRow(
        DeviceKey key,
        String template,
        DeviceCredential credential,
        int wave,
        DeviceState state,
        int attempt,
        int retries,
        long revision,
        FailureReason reason,
        Instant commandedAt,
        Instant attemptAt,
        Instant acceptedAt,
        Instant assignedAt,
        Instant connectedAt,
        Instant telemetryAt,
        EvidenceKind negative,
        Instant negativeAt,
        Instant deadlineAt,
        Instant nextAttemptAt,
        Instant lookAfter,
        Instant finishedAt,
        String assignedHub,
        TwinOutcome twin,
        Instant twinAt,
        String owner,
        int seenAttempt) {

    /** A device just discovered. */
    public static DeviceRow discovered(DeviceKey key, DiscoveredDevice device, Instant at) {
        DeviceRowBuilder row = new DeviceRowBuilder(key, device.template());
        row.credential = device.credential();
        row.wave = device.wave();
        row.state = device.verdict() == null ? DeviceState.PENDING : DeviceState.EXCLUDED;
        row.reason = device.verdict();
        row.finishedAt = device.verdict() == null ? null : at;
        return row.build();
    }

    public String deviceId() {
        return key.deviceId();
    }

    DeviceRowBuilder change() {
        return new DeviceRowBuilder(this);
    }
}
