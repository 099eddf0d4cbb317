package io.drover.worker.migration;

import java.time.Instant;

/**
 * One migration as the ledger keeps it. Instants are null until the thing happened.
 *
 * @param target name of the service or application that devices go to
 * @param stateReason why it is paused or stopped, for a person; null when there is nothing to say
 * @param discoveredAt when the selection was first read to its end and its waves were laid out
 * @param startedAt when it first ran
 * @param lookedAt begin of the last complete look at the target
 * @param acceptedFailures failures that an operator has resumed after
 * @param acceptedArrivals arrivals at that time
 * @param returns id of the migration whose devices it brings back, or null
 */
public record Migration(
        long id,
        String name,
        String sourceApplication,
        String sourceGroup,
        String target,
        TargetKind targetKind,
        String verification,
        MigrationState state,
        String stateReason,
        Instant stateAt,
        Instant createdAt,
        Instant discoveredAt,
        Instant startedAt,
        Instant lookedAt,
        Instant finishedAt,
        long acceptedFailures,
        long acceptedArrivals,
        Long returns) {}
