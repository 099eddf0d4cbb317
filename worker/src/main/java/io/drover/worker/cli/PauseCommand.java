package io.drover.worker.cli;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import picocli.CommandLine.Command;

/** See {@link MigrationControl#pause}. */
@Command(
        name = "pause",
        description = "Send no more commands; devices on their way are still followed.",
        mixinStandardHelpOptions = true)
final class PauseCommand extends ControlCommand {
    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) {
        return control.pause(migration, by);
    }
}
