package io.drover.worker.cli;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import picocli.CommandLine.Command;

/** See {@link MigrationControl#promote}. */
@Command(
        name = "promote",
        description = "Open the next wave although the held one waits or missed its gate.",
        mixinStandardHelpOptions = true)
final class PromoteCommand extends ControlCommand {
    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) {
        return control.promote(migration, by);
    }
}
