package io.drover.worker.azure.hub;

import java.time.Instant;

/** One message of a device as the hub's built-in endpoint showed it; {@code enqueuedAt} is the service's clock. */
public record TelemetryObservation(String deviceId, Instant enqueuedAt) {}
