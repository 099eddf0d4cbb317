package io.drover.simulator.cloud.hub;

import java.util.Locale;

/** States of a job, and of a device's part in one. The last three are final. */
enum JobStatus {
    /** Its start time has not come. */
    SCHEDULED,
    /** Its start time has come, but as many jobs run as the tier allows. */
    QUEUED,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isFinal() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
