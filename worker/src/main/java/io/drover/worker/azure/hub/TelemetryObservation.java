package io.drover.worker.azure.hub;

import java.time.Instant;

/**
 * One message of a device as the hub's built-in endpoint showed it.
 *
 * @param enqueuedAt by the service's clock
 * @param sequence the message's number within its partition
 */
public record TelemetryObservation(String deviceId, Instant enqueuedAt, String partition, long sequence) {}
