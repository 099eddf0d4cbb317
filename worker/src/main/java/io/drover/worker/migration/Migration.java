package io.drover.worker.migration;

import java.time.Instant;

/**
 * One migration as the ledger keeps it.
 *
 * @param discoveredAt when discovery was complete, or null while it is not
 * @param finishedAt when the last device became final, or null
 */
public record Migration(
        long id,
        String name,
        String sourceApplication,
        String sourceGroup,
        String targetProvisioningService,
        String verification,
        Instant createdAt,
        Instant discoveredAt,
        Instant finishedAt) {}
