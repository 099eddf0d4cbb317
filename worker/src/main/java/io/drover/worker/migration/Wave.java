package io.drover.worker.migration;

import java.time.Instant;

/**
 * One wave as the ledger keeps it. Instants are null until the thing happened.
 *
 * @param number from 1 on
 * @param deadlineAt when devices not on their way yet are given up; null for never
 */
public record Wave(
        int number, String name, WaveState state, Instant openedAt, Instant deadlineAt, Instant completedAt) {}
