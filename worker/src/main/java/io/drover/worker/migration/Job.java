package io.drover.worker.migration;

import java.time.Instant;

/**
 * One IoT Central job as the ledger keeps it. Instants are null until the thing happened.
 *
 * @param number from 1 on within its wave; a rerun is a job of its own
 * @param id at the source
 * @param reruns id of the job whose failed devices it commands; null for a wave's first job
 * @param group id of the device group that it commands
 * @param template of all its devices; null until they are claimed
 * @param devices how many it has claimed
 * @param listedAt when the devices that it has at the source were first compared with those claimed for it
 * @param restedAt when it was first seen at rest with devices that it had not carried out
 */
public record Job(
        long migrationId,
        int wave,
        int number,
        String id,
        String reruns,
        String group,
        String template,
        int devices,
        JobState state,
        String stateReason,
        Instant stateAt,
        Instant createdAt,
        Instant listedAt,
        Instant restedAt) {
    private static final String OWNER = "job/";

    /** The owner of the devices that it commands. */
    public String owner() {
        return owner(id);
    }

    /** The owner of the devices of the job with this id. */
    public static String owner(String jobId) {
        return OWNER + jobId;
    }
}
