package io.drover.worker.device;

import java.time.Instant;

/**
 * One device's row in the ledger. Instants are null until the thing happened.
 *
 * @param attempt number of the latest command, 0 before the first
 * @param retries attempts used up by retryable failures
 * @param revision grows with every change; guards against a lost update
 * @param reason why it is final, or what the passing of {@code deadlineAt} would mean
 * @param commandedAt first command; {@code attemptAt} the latest one
 * @param negative strongest negative evidence for this attempt, or null
 */
public record DeviceRow(
        DeviceKey key,
        String template,
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
        Instant finishedAt,
        String assignedHub) {

    /** A device just discovered. */
    public static DeviceRow discovered(DeviceKey key, DiscoveredDevice device, Instant at) {
        boolean excluded = device.verdict() != null;
        return new DeviceRow(
                key,
                device.template(),
                excluded ? DeviceState.EXCLUDED : DeviceState.PENDING,
                0,
                0,
                0,
                device.verdict(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                excluded ? at : null,
                null);
    }

    public String deviceId() {
        return key.deviceId();
    }

    DeviceRowBuilder change() {
        return new DeviceRowBuilder(this);
    }
}
