package io.drover.worker.cli;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import picocli.CommandLine.Command;

/** See {@link MigrationControl#approve}. */
@Command(name = "approve", description = "Let a migration that awaits approval begin.", mixinStandardHelpOptions = true)
final class ApproveCommand extends ControlCommand {
    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) {
        return control.approve(migration, by);
    }
}
