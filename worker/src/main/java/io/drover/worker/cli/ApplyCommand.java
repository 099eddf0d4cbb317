package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.db.Ledger;
import io.drover.worker.operation.MigrationStart;
import io.drover.worker.operation.PlanGate;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.nio.file.Path;
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

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description =
                    "Begin only as this plan, made with plan --save, says; refuse when the world has changed since.")
    private Path plan;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (WorkerProcess process = new WorkerProcess(options)) {
            MigrationPipeline pipeline = WorkerProcess.await(
                    MigrationPipeline.prepare(process.vertx, process.config, process.meters, clock));
            PrintWriter out =
                    options.output == Output.table ? spec.commandLine().getOut() : null;
            Ledger ledger = MigrationRun.open(process, process.config.policy(), out, clock);
            return WorkerProcess.await(migrate(process, pipeline, ledger));
        }
    }

    private Future<Integer> migrate(WorkerProcess process, MigrationPipeline pipeline, Ledger ledger) {
        PlanGate gate = new PlanGate(
                process.vertx,
                process.config,
                PlanGate.ofFile(process.vertx, plan),
                System.getProperty("user.name"),
                clock);
        return gate.admit(ledger, pipeline)
                .compose(by -> MigrationStart.create(process.config, ledger)
                        .compose(created -> by.record(ledger).map(created)))
                .compose(migration ->
                        new MigrationRun(process, ledger, view(), clock).untilDone(pipeline, migration, exitOnPause));
    }

    private ProgressView view() {
        return new ProgressView(spec.commandLine().getOut(), options.output, WorkerProcess.onTerminal());
    }
}
