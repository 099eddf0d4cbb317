package io.drover.worker.device;

import java.time.Instant;

/** A row being changed; confined to the one call that builds it. */
final class DeviceRowBuilder {
    private final DeviceKey key;
    private final String template;
    DeviceCredential credential;
    int wave;
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
    Instant lookAfter;
    Instant finishedAt;
    String assignedHub;
    TwinOutcome twin;
    Instant twinAt;
    String owner;
    int seenAttempt;

    DeviceRowBuilder(DeviceKey key, String template) {
        this.key = key;
        this.template = template;
    }

    DeviceRowBuilder(DeviceRow row) {
        this(row.key(), row.template());
        credential = row.credential();
        wave = row.wave();
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
        lookAfter = row.lookAfter();
        finishedAt = row.finishedAt();
        assignedHub = row.assignedHub();
        twin = row.twin();
        twinAt = row.twinAt();
        owner = row.owner();
        seenAttempt = row.seenAttempt();
    }

    DeviceRow build() {
        return new DeviceRow(
                key,
                template,
                credential,
                wave,
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
                lookAfter,
                finishedAt,
                assignedHub,
                twin,
                twinAt,
                owner,
                seenAttempt);
    }
}
