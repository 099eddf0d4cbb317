package io.drover.worker.cli;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import picocli.CommandLine.Command;

/** See {@link MigrationControl#abort}. */
@Command(
        name = "abort",
        description = "Send nothing more, cancel what is not on its way, follow what is.",
        mixinStandardHelpOptions = true)
final class AbortCommand extends ControlCommand {
    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) {
        return control.abort(migration, by);
    }
}
