package io.drover.worker.cli;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.vertx.core.Future;
import picocli.CommandLine.Command;

/** See {@link MigrationControl#resume}. */
@Command(
        name = "resume",
        description = "Go on after a pause; a held wave is judged anew.",
        mixinStandardHelpOptions = true)
final class ResumeCommand extends ControlCommand {
    @Override
    Future<Outcome> act(MigrationControl control, Migration migration, By by) {
        return control.resume(migration, by);
    }
}
