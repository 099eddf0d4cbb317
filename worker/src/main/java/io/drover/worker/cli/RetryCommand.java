package io.drover.worker.cli;

import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.drover.worker.migration.MigrationControl.RetryFilter;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** See {@link MigrationControl#retry}. */
@Command(
        name = "retry",
        description = "Take failed or cancelled devices up again; without a filter all of them.",
        mixinStandardHelpOptions = true)
final class RetryCommand extends ControlCommand {
    @Option(names = "--failed-with", split = ",", description = "Only these reasons: ${COMPLETION-CANDIDATES}.")
    private Set<FailureReason> reasons = Set.of();

    @Option(names = "--wave", split = ",", description = "Only waves of these numbers.")
    private Set<Integer> waves = Set.of();

    @Option(names = "--device", split = ",", description = "Only these device ids.")
    private Set<String> devices = Set.of();

    @Option(names = "--devices-from", description = "Only the device ids in this file, one a line.")
    private Path file;

    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) throws IOException {
        return control.retry(migration, new RetryFilter(reasons, waves, ids(devices, file)), by);
    }

    /** These, and those in the file. */
    static Set<String> ids(Set<String> devices, Path file) throws IOException {
        Set<String> ids = new HashSet<>(devices);
        if (file != null) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(
                        "--devices-from: there is no readable file " + file + ". Write the path of a list of ids.");
            }
            Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(id -> !id.isEmpty())
                    .forEach(ids::add);
            if (ids.isEmpty()) {
                throw new IllegalArgumentException("--devices-from: " + file + " names no device.");
            }
        }
        return ids;
    }
}
