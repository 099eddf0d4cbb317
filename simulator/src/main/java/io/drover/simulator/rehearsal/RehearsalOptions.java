package io.drover.simulator.rehearsal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a rehearsal is asked for.
 *
 * @param direction what is moved from where to where
 * @param folder where logs, ledger, configuration and report are written
 * @param workerJar the worker to rehearse
 * @param killWorkerAt shares of migrated devices (0..1, ascending) at which the worker is killed with SIGKILL and started again
 * @param randomKills how often a worker is killed at random moments
 * @param restartWorkers whether a killed worker is started again even when others live
 * @param workers workers at once on the common ledger
 * @param ledgerUrl JDBC URL of the ledger; a file in the folder when null
 * @param ledgerUser database user of a PostgreSQL ledger
 * @param webhook whether IoT Central exports connectivity changes to the worker's webhook
 * @param plan whether the worker plans first, so that its estimate can be compared
 * @param thereAndBack whether the devices that moved are returned afterwards
 * @param cleanup whether the worker deletes at the source what has moved, as the last step
 * @param patience longest duration of the migration itself
 */
record RehearsalOptions(
        Direction direction,
        Path folder,
        Path workerJar,
        Path simulatorJar,
        String scenarioArgument,
        int devices,
        long seed,
        List<Double> killWorkerAt,
        int randomKills,
        boolean restartWorkers,
        int workers,
        String ledgerUrl,
        String ledgerUser,
        Duration patience,
        boolean webhook,
        boolean plan,
        boolean thereAndBack,
        boolean cleanup,
        boolean terminal) {}
