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

    /**
     * The row after this evidence; the same row when it changes nothing. A device that is final or waits for its next
     * attempt hears only of arrivals; one that failed remembers them for {@link #retry} and stays where it is.
     */
    public DeviceRow apply(DeviceRow row, Evidence evidence) {
        if (row.attempt() == 0 || !hears(row, evidence)) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        join(next, evidence);
        if (!row.state().isFinal() || row.state() == DeviceState.MIGRATED) {
            derive(next);
        }
        DeviceRow after = next.build();
        return after.equals(row) ? row : after;
    }

    private static boolean hears(DeviceRow row, Evidence evidence) {
        EvidenceKind kind = evidence.kind();
        if (kind.isArrival() || kind.isOfTwin()) {
            return true;
        }
        if (row.state() == DeviceState.REGISTERED
                || row.state() == DeviceState.FAILED
                || row.state() == DeviceState.CANCELLED) {
            return false;
        }
        return kind.isOfTarget() ? !evidence.at().isBefore(row.attemptAt()) : evidence.attempt() == row.attempt();
    }

    /** The row claimed by a worker for one more command, to be committed before the request is sent. */
    public DeviceRow claim(DeviceRow row, Instant now, Duration answerDeadline, String owner) {
        DeviceRowBuilder next = row.change();
        next.state = DeviceState.COMMANDED;
        next.attempt = row.attempt() + 1;
        next.commandedAt = earliest(row.commandedAt(), now);
        next.attemptAt = now;
        next.acceptedAt = null;
        next.negative = null;
        next.negativeAt = null;
        next.nextAttemptAt = null;
        next.lookAfter = null;
        next.deadlineAt = now.plus(answerDeadline);
        next.reason = FailureReason.UNKNOWN_OUTCOME;
        next.owner = owner;
        return next.build();
    }

    /**
     * The row of a device that the source says has connected. One that waits is due at once. So is one whose command is
     * under way, should the answer be that it was offline: it may have connected between that answer and its commit.
     * From here on the pauses between probes begin anew.
     */
    public DeviceRow awake(DeviceRow row) {
        boolean reachable = row.state() == DeviceState.WAITING || row.state() == DeviceState.COMMANDED;
        if (!reachable || row.seenAttempt() == row.attempt()) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        next.seenAttempt = row.attempt();
        if (row.state() == DeviceState.WAITING) {
            next.nextAttemptAt = Instant.EPOCH;
        }
        return next.build();
    }

    /**
     * A commanded row whose command was not sent after all, ready for another one; the same row when an answer is known.
     *
     * @param look whether that is not quite certain, so that a look at the target is owed before the next command
     */
    public DeviceRow withdraw(DeviceRow row, Instant now, boolean look) {
        if (row.state() != DeviceState.COMMANDED || row.negative() != null) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        next.state = DeviceState.REGISTERED;
        next.commandedAt = row.attemptAt().equals(row.commandedAt()) && !look ? null : row.commandedAt();
        next.reason = null;
        next.deadlineAt = null;
        next.nextAttemptAt = now;
        next.lookAfter = look ? now : null;
        next.owner = null;
        return next.build();
    }

    /**
     * The verdict on a row whose deadline passed; the same row when it has not passed or the row is final.
     *
     * @param again false when no further command may be sent, as in an aborting migration
     */
    public DeviceRow expire(DeviceRow row, Instant now, boolean again) {
        if (row.state().isFinal()
                || row.deadlineAt() == null
                || row.deadlineAt().isAfter(now)) {
            return row;
        }
        boolean used = row.reason().retry() == FailureReason.Retry.ATTEMPTS;
        boolean notReached =
                row.negative() != null && row.negative().isNotCarriedOut() && row.state() == DeviceState.COMMANDED;
        if (!again || !(notReached || (used && row.retries() + 1 < policy.attempts()))) {
            return fail(row, now, row.reason());
        }
        DeviceRowBuilder next = row.change();
        next.deadlineAt = null;
        next.state = DeviceState.REGISTERED;
        next.retries = row.retries() + (used ? 1 : 0);
        next.acceptedAt = null;
        next.nextAttemptAt = now.plus(policy.backoff(row.reason(), used ? next.retries : 1));
        next.lookAfter = notReached ? null : next.nextAttemptAt;
        return next.build();
    }

    /** The row given up for a reason that is not its own: a wave's or a campaign's end, or an abort. */
    public DeviceRow fail(DeviceRow row, Instant now, FailureReason reason) {
        if (row.state().isFinal()) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        next.state = reason == FailureReason.CANCELLED ? DeviceState.CANCELLED : DeviceState.FAILED;
        next.reason = reason;
        next.deadlineAt = null;
        next.nextAttemptAt = null;
        next.lookAfter = null;
        next.finishedAt = now;
        return next.build();
    }

    /**
     * A failed or cancelled row taken up again on an operator's word; the same row for any other. One that has arrived
     * meanwhile is not commanded again, and no command is sent before a look at the target that begins after now.
     */
    public DeviceRow retry(DeviceRow row, Instant now) {
        if (row.state() != DeviceState.FAILED && row.state() != DeviceState.CANCELLED) {
            return row;
        }
        DeviceRowBuilder next = row.change();
        // What was never commanded may not have been admitted by the target either.
        next.state = row.attempt() == 0 ? DeviceState.PENDING : DeviceState.REGISTERED;
        next.retries = 0;
        next.reason = null;
        next.finishedAt = null;
        next.acceptedAt = null;
        next.negative = null;
        next.negativeAt = null;
        next.nextAttemptAt = now;
        next.lookAfter = row.attempt() == 0 ? null : now;
        if (next.twin != TwinOutcome.EQUAL) {
            next.twin = null;
            next.twinAt = null;
        }
        if (arrivalAt(next) != null) {
            derive(next);
        } else if (next.connectedAt != null || next.assignedAt != null) {
            // It is at the target and was judged by a deadline: that deadline runs anew.
            await(next, stateAtTarget(next), now.plus(waitAtTarget(next)), reasonAtTarget(next));
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
            case TWIN_EQUAL -> joinTwin(row, TwinOutcome.EQUAL, at);
            case TWIN_DIFFERENT -> joinTwin(row, TwinOutcome.DIFFERENT, at);
            case TWIN_REFUSED -> joinTwin(row, TwinOutcome.REFUSED, at);
            default -> joinNegative(row, evidence);
        }
        boolean namesHub = evidence.kind().isArrival() && evidence.detail() != null;
        if (namesHub && (row.assignedHub == null || evidence.detail().compareTo(row.assignedHub) < 0)) {
            row.assignedHub = evidence.detail();
        }
    }

    private static void joinTwin(DeviceRowBuilder row, TwinOutcome outcome, Instant at) {
        if (row.twin == outcome) {
            row.twinAt = earliest(row.twinAt, at);
        } else if (row.twin == null || outcome.compareTo(row.twin) > 0) {
            row.twin = outcome;
            row.twinAt = at;
        }
    }

    private static void joinNegative(DeviceRowBuilder row, Evidence evidence) {
        int stronger = row.negative == null ? 1 : evidence.kind().compareTo(row.negative);
        if (stronger > 0) {
            row.negativeAt = evidence.at();
            row.negative = evidence.kind();
        } else if (stronger == 0) {
            row.negativeAt = earliest(row.negativeAt, evidence.at());
        }
    }

    private void derive(DeviceRowBuilder row) {
        Instant proof = proofAt(row);
        if (proof != null) {
            row.state = DeviceState.MIGRATED;
            row.reason = null;
            row.deadlineAt = null;
            row.nextAttemptAt = null;
            row.lookAfter = null;
            row.finishedAt = proof;
        } else if (arrivalAt(row) != null) {
            awaitTwin(row);
        } else if (row.connectedAt != null || row.assignedAt != null) {
            Instant since = row.connectedAt != null ? row.connectedAt : row.assignedAt;
            await(row, stateAtTarget(row), since.plus(waitAtTarget(row)), reasonAtTarget(row));
        } else if (row.negative == EvidenceKind.TARGET_REJECTED) {
            DeviceState state = row.acceptedAt == null ? DeviceState.COMMANDED : DeviceState.ACCEPTED;
            await(row, state, row.negativeAt.plus(policy.assigned()), FailureReason.TARGET_REJECTED);
        } else if (row.acceptedAt != null) {
            await(row, DeviceState.ACCEPTED, row.acceptedAt.plus(policy.assigned()), FailureReason.NEVER_ASSIGNED);
        } else if (row.negative == EvidenceKind.OFFLINE) {
            await(row, DeviceState.WAITING, row.commandedAt.plus(policy.offline()), FailureReason.DEVICE_OFFLINE);
            int probes = row.attempt - row.seenAttempt;
            row.nextAttemptAt = probes == 0
                    ? Instant.EPOCH
                    : row.negativeAt.plus(policy.backoff(FailureReason.DEVICE_OFFLINE, probes));
        } else if (row.negative != null) {
            Instant verdict = row.negativeAt.plus(policy.settle(row.negative));
            await(row, DeviceState.COMMANDED, verdict, reasonOf(row.negative));
        }
    }

    /** It has arrived but for its twin. Comparing is this program's work, so a deadline runs only once it ended badly. */
    private void awaitTwin(DeviceRowBuilder row) {
        boolean seen = row.telemetryAt != null || row.connectedAt != null;
        await(
                row,
                seen ? DeviceState.CONNECTED : DeviceState.ASSIGNED,
                row.twinAt == null ? null : row.twinAt.plus(policy.telemetry()),
                row.twin == TwinOutcome.DIFFERENT ? FailureReason.TWIN_DIFFERS : FailureReason.TWIN_NOT_WRITTEN);
    }

    private static DeviceState stateAtTarget(DeviceRowBuilder row) {
        return row.connectedAt != null ? DeviceState.CONNECTED : DeviceState.ASSIGNED;
    }

    private Duration waitAtTarget(DeviceRowBuilder row) {
        return row.connectedAt != null ? policy.telemetry() : policy.connected();
    }

    private static FailureReason reasonAtTarget(DeviceRowBuilder row) {
        return row.connectedAt != null ? FailureReason.SILENT : FailureReason.NEVER_CONNECTED;
    }

    private static void await(DeviceRowBuilder row, DeviceState state, Instant deadline, FailureReason reason) {
        row.state = state;
        row.deadlineAt = deadline;
        row.reason = reason;
        row.nextAttemptAt = null;
        row.lookAfter = null;
    }

    private Instant proofAt(DeviceRowBuilder row) {
        Instant arrival = arrivalAt(row);
        return switch (policy.twin()) {
            case NOTHING -> arrival;
            case COMPARED -> row.twin == null ? null : arrival;
            case EQUAL -> row.twin == TwinOutcome.EQUAL ? later(arrival, row.twinAt) : null;
        };
    }

    private static Instant later(Instant arrival, Instant compared) {
        return arrival == null || arrival.isAfter(compared) ? arrival : compared;
    }

    private Instant arrivalAt(DeviceRowBuilder row) {
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
            case THROTTLED -> FailureReason.THROTTLED;
            case FORBIDDEN -> FailureReason.FORBIDDEN;
            case NO_HANDLER -> FailureReason.NO_HANDLER;
            case REFUSED -> FailureReason.DEVICE_REFUSED;
            case DISABLED -> FailureReason.BLOCKED;
            case DEVICE_UNKNOWN -> FailureReason.DEVICE_UNKNOWN;
            default -> FailureReason.UNKNOWN_OUTCOME;
        };
    }

    private static Instant earliest(Instant one, Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }
}
