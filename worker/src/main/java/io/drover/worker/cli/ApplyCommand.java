package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Does the migration; run again after a stop or a crash it goes on where the ledger says. */
@Command(name = "apply", description = "Migrate the selected devices.", mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the migration is paused and no device is on its way.")
    private boolean exitOnPause;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (WorkerProcess process = new WorkerProcess(options)) {
            MigrationPipeline pipeline = WorkerProcess.await(
                    MigrationPipeline.prepare(process.vertx, process.config, process.meters, clock));
            Ledger ledger = WorkerProcess.await(Ledger.open(
                    process.vertx, process.config.ledger().url(), process.config.policy(), process.meters, clock));
            return WorkerProcess.await(migrate(process, pipeline, ledger));
        }
    }

    private Future<Integer> migrate(WorkerProcess process, MigrationPipeline pipeline, Ledger ledger) {
        return ManagementServer.listen(process.vertx, process.config.management(), process.meters, ledger)
                .compose(server -> create(process.config, ledger))
                .compose(migration -> {
                    Future<?> deployed = pipeline.deploy(ledger, migration);
                    ProgressView view =
                            new ProgressView(spec.commandLine().getOut(), options.output, WorkerProcess.onTerminal());
                    Future<Integer> done = new ProgressWatch(
                                    process.vertx, ledger, migration, view, process.meters, clock)
                            .untilDone(exitOnPause);
                    return Future.all(deployed, done).map(all -> done.result());
                });
    }

    private static Future<Migration> create(WorkerConfig config, Ledger ledger) {
        WorkerConfig.Migration migration = config.migration();
        return ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        migration.name(),
                        migration.source().application(),
                        migration.source().deviceGroup(),
                        migration.target().provisioningService(),
                        migration.verification().name(),
                        migration.rollout().layout(),
                        migration.rollout().approval() ? MigrationState.AWAITING_APPROVAL : MigrationState.SCHEDULED));
    }
}
