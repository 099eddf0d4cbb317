package io.drover.worker.device;

import java.time.Duration;
import java.time.Instant;

/**
 * The state machine as pure functions. A row is the join of all evidence seen so far and its state is computed from
 * that join, so neither order nor repetition of evidence can matter.
 */
public final class DeviceTransition {
    private final MovePolicy policy;

    public DeviceTransition(MovePolicy policy) {
        this.policy = policy;
    }

    /** The row after this evidence; the same row when it changes nothing. */
    public DeviceRow apply(DeviceRow row, Evidence evidence) {
        boolean deaf = row.attempt() == 0 || (row.state().isFinal() && row.state() != DeviceState.MIGRATED);
        if (deaf || (!evidence.kind().isArrival() && evidence.attempt() != row.attempt())) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        join(next, evidence);
        boolean waitsForRetry =
                row.state() == DeviceState.REGISTERED && !evidence.kind().isPositive();
        if (waitsForRetry) {
            return row;
        }
        derive(next, row.state());
        return next.build().equals(row) ? row : next.build();
    }

    /** The row claimed for one more command, to be committed before the request is sent. */
    public DeviceRow claim(DeviceRow row, Instant now, Duration answerDeadline) {
        DeviceRowBuilder next = row.change();
        next.state = DeviceState.COMMANDED;
        next.attempt = row.attempt() + 1;
        next.commandedAt = earliest(row.commandedAt(), now);
        next.attemptAt = now;
        next.acceptedAt = null;
        next.negative = null;
        next.negativeAt = null;
        next.nextAttemptAt = null;
        next.deadlineAt = now.plus(answerDeadline);
        next.reason = FailureReason.UNKNOWN_OUTCOME;
        return next.build();
    }

    /** The verdict on a row whose deadline passed; the same row when it has not passed or the row is final. */
    public DeviceRow expire(DeviceRow row, Instant now) {
        if (row.state().isFinal()
                || row.deadlineAt() == null
                || row.deadlineAt().isAfter(now)) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        next.deadlineAt = null;
        boolean again = row.reason().isRetryable()
                && row.state() != DeviceState.WAITING
                && row.retries() + 1 < policy.attempts();
        if (again) {
            next.state = DeviceState.REGISTERED;
            next.retries = row.retries() + 1;
            next.acceptedAt = null;
            next.nextAttemptAt = now.plus(policy.backoff(row.reason(), next.retries));
        } else {
            next.state = DeviceState.FAILED;
            next.nextAttemptAt = null;
            next.finishedAt = now;
        }
        return next.build();
    }

    private static void join(DeviceRowBuilder row, Evidence evidence) {
        Instant at = evidence.at();
        switch (evidence.kind()) {
            case COMMAND_SENT -> row.commandedAt = earliest(row.commandedAt, at);
            case COMMAND_ACCEPTED -> row.acceptedAt = earliest(row.acceptedAt, at);
            case ASSIGNED -> row.assignedAt = earliest(row.assignedAt, at);
            case CONNECTED -> row.connectedAt = earliest(row.connectedAt, at);
            case TELEMETRY -> row.telemetryAt = earliest(row.telemetryAt, at);
            case OFFLINE, UNKNOWN_OUTCOME, NO_HANDLER, REFUSED, DEVICE_UNKNOWN -> {
                int stronger = row.negative == null ? 1 : evidence.kind().compareTo(row.negative);
                if (stronger > 0) {
                    row.negativeAt = at;
                    row.negative = evidence.kind();
                } else if (stronger == 0) {
                    row.negativeAt = earliest(row.negativeAt, at);
                }
            }
        }
        boolean namesHub = evidence.kind().isArrival() && evidence.detail() != null;
        if (namesHub && (row.assignedHub == null || evidence.detail().compareTo(row.assignedHub) < 0)) {
            row.assignedHub = evidence.detail();
        }
    }

    private void derive(DeviceRowBuilder row, DeviceState before) {
        Instant proof = proofAt(row);
        if (proof != null) {
            row.state = DeviceState.MIGRATED;
            row.reason = null;
            row.deadlineAt = null;
            row.nextAttemptAt = null;
            row.finishedAt = proof;
        } else if (row.connectedAt != null) {
            await(row, DeviceState.CONNECTED, row.connectedAt.plus(policy.telemetry()), FailureReason.SILENT);
        } else if (row.assignedAt != null) {
            await(row, DeviceState.ASSIGNED, row.assignedAt.plus(policy.connected()), FailureReason.NEVER_CONNECTED);
        } else if (row.acceptedAt != null) {
            await(row, DeviceState.ACCEPTED, row.acceptedAt.plus(policy.assigned()), FailureReason.NEVER_ASSIGNED);
        } else if (before != DeviceState.REGISTERED && row.negative == EvidenceKind.OFFLINE) {
            await(row, DeviceState.WAITING, row.commandedAt.plus(policy.offline()), FailureReason.DEVICE_OFFLINE);
            row.nextAttemptAt = row.negativeAt.plus(policy.backoff(FailureReason.DEVICE_OFFLINE, row.attempt));
        } else if (before != DeviceState.REGISTERED && row.negative != null) {
            Instant verdict = row.negativeAt.plus(policy.settle(row.negative));
            await(row, DeviceState.COMMANDED, verdict, reasonOf(row.negative));
        }
    }

    private static void await(DeviceRowBuilder row, DeviceState state, Instant deadline, FailureReason reason) {
        row.state = state;
        row.deadlineAt = deadline;
        row.reason = reason;
        row.nextAttemptAt = null;
    }

    private Instant proofAt(DeviceRowBuilder row) {
        int needed = policy.verification().proof().rank();
        Instant proof = row.telemetryAt;
        if (needed <= EvidenceKind.CONNECTED.rank()) {
            proof = earliest(proof, row.connectedAt);
        }
        if (needed <= EvidenceKind.ASSIGNED.rank()) {
            proof = earliest(proof, row.assignedAt);
        }
        return proof;
    }

    private static FailureReason reasonOf(EvidenceKind negative) {
        return switch (negative) {
            case NO_HANDLER -> FailureReason.NO_HANDLER;
            case REFUSED -> FailureReason.DEVICE_REFUSED;
            case DEVICE_UNKNOWN -> FailureReason.DEVICE_UNKNOWN;
            default -> FailureReason.UNKNOWN_OUTCOME;
        };
    }

    private static Instant earliest(Instant one, Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }
}
