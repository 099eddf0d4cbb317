package io.drover.simulator.cloud.hub;

import java.time.Instant;

/** Ground truth about one device at one hub; an instant is null when the thing has not happened. */
public record DeviceJournal(
        Instant firstRegistered,
        Instant firstConnected,
        Instant lastConnected,
        Instant lastDisconnected,
        Instant firstTelemetry,
        Instant lastTelemetry,
        long telemetryCount) {}
