package io.drover.simulator.rehearsal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a rehearsal is asked for.
 *
 * @param folder where logs, ledger, configuration and report are written
 * @param workerJar the worker to rehearse
 * @param killWorkerAt shares of migrated devices (0..1, ascending) at which the worker is killed with SIGKILL and started again
 * @param patience longest duration of the migration itself
 */
record RehearsalOptions(
        Path folder,
        Path workerJar,
        Path simulatorJar,
        String scenarioArgument,
        int devices,
        long seed,
        List<Double> killWorkerAt,
        Duration patience,
        boolean terminal) {}
