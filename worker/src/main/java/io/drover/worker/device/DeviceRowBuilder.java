package io.drover.worker.device;

import java.time.Instant;

/** A row being changed; confined to the one call that builds it. */
final class DeviceRowBuilder {
    private final DeviceRow from;
    long revision;
    DeviceState state;
    int attempt;
    int retries;
    FailureReason reason;
    Instant commandedAt;
    Instant attemptAt;
    Instant acceptedAt;
    Instant assignedAt;
    Instant connectedAt;
    Instant telemetryAt;
    EvidenceKind negative;
    Instant negativeAt;
    Instant deadlineAt;
    Instant nextAttemptAt;
    Instant finishedAt;
    String assignedHub;

    DeviceRowBuilder(DeviceRow row) {
        from = row;
        revision = row.revision();
        state = row.state();
        attempt = row.attempt();
        retries = row.retries();
        reason = row.reason();
        commandedAt = row.commandedAt();
        attemptAt = row.attemptAt();
        acceptedAt = row.acceptedAt();
        assignedAt = row.assignedAt();
        connectedAt = row.connectedAt();
        telemetryAt = row.telemetryAt();
        negative = row.negative();
        negativeAt = row.negativeAt();
        deadlineAt = row.deadlineAt();
        nextAttemptAt = row.nextAttemptAt();
        finishedAt = row.finishedAt();
        assignedHub = row.assignedHub();
    }

    DeviceRow build() {
        return new DeviceRow(
                from.key(),
                from.template(),
                state,
                attempt,
                retries,
                revision,
                reason,
                commandedAt,
                attemptAt,
                acceptedAt,
                assignedAt,
                connectedAt,
                telemetryAt,
                negative,
                negativeAt,
                deadlineAt,
                nextAttemptAt,
                finishedAt,
                assignedHub);
    }
}
