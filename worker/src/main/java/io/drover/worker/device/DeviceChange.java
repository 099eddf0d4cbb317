package io.drover.worker.device;

import java.time.Instant;
import java.util.function.UnaryOperator;

/**
 * One change waiting for the next group commit.
 *
 * @param change pure; called with the row as it stands in the transaction; gives the same row for no change
 * @param event name for the history
 * @param always whether history is written even when the row does not change
 */
record DeviceChange(
        DeviceKey key, UnaryOperator<DeviceRow> change, String event, Instant at, String detail, boolean always) {}
