package io.drover.worker.device;

import java.time.Instant;
import java.util.Locale;

/** From one piece of evidence to the next one of the same attempt, in their usual order. */
enum MoveStage {
    ANSWER,
    ASSIGNMENT,
    CONNECTION,
    TELEMETRY;

    /** When the row's device had it behind it, or null. */
    Instant proof(DeviceRow row) {
        return switch (this) {
            case ANSWER -> row.acceptedAt();
            case ASSIGNMENT -> row.assignedAt();
            case CONNECTION -> row.connectedAt();
            case TELEMETRY -> row.telemetryAt();
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
