package io.drover.worker.cli;

import io.drover.worker.DeviceListFile;
import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.migration.Wave;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.drover.worker.source.ReturnSelection;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Brings moved devices back, as a migration of its own in the forward migration's ledger; run again after a stop or a
 * crash it goes on where the ledger says.
 */
@Command(
        name = "failback",
        description = "Return the devices that the configuration's migration has moved: all, a wave, or a list.",
        mixinStandardHelpOptions = true)
final class FailbackCommand implements Callable<Integer> {
    /** Its moved devices are final and it moves no others meanwhile. */
    private static final Set<MigrationState> QUIET =
            EnumSet.of(MigrationState.FINISHED, MigrationState.ABORTED, MigrationState.PAUSED);

    private final Clock clock = Clock.systemUTC();

    @Mixin
    private CommonOptions options;

    @Option(names = "--wave", description = "Only devices of the wave of this number.")
    private Integer wave;

    @Option(
            names = "--devices",
            paramLabel = "FILE",
            description = "Only the devices in the first column of this file.")
    private Path devices;

    @Option(names = "--name", description = "The return's own name. Default: the migration's with -return behind it.")
    private String name;

    @Option(
            names = "--actor",
            description = "Who, for the audit. Default: the operating system's user.",
            defaultValue = "${sys:user.name}")
    private String actor;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the return is paused and no device is on its way.")
    private boolean exitOnPause;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ListedDevices listed = listed();
        try (WorkerProcess process = new WorkerProcess(options)) {
            PrintWriter out = spec.commandLine().getOut();
            Ledger ledger = MigrationRun.open(
                    process, process.config.returnPolicy(), options.output == Output.table ? out : null, clock);
            Migration forward = ReportCommand.migration(process, ledger);
            String own = name == null ? forward.name() + "-return" : name;
            List<Wave> waves = WorkerProcess.await(ledger.migrations().waves(forward.id()));
            check(forward, own, waves);
            Optional<Migration> begun = WorkerProcess.await(ledger.migrations().find(own));
            Instant until = begun.map(Migration::createdAt).orElse(clock.instant());
            ReturnSelection selection =
                    new ReturnSelection(ledger.devices().reads(), forward.id(), until, wave, listed);
            MigrationPipeline pipeline = WorkerProcess.await(MigrationPipeline.prepareReturn(
                    process.vertx, process.config.returning(own), selection, process.meters, clock));
            Migration back = WorkerProcess.await(create(process.config, ledger, forward, own, listed)
                    .compose(created -> begun.isPresent()
                            ? Future.succeededFuture(created)
                            : ledger.audit()
                                    .append(new Act(actor, "failback", own, created.sourceGroup()))
                                    .map(created)));
            ProgressView view = new ProgressView(out, options.output, WorkerProcess.onTerminal());
            return WorkerProcess.await(
                    new MigrationRun(process, ledger, view, clock).untilDone(pipeline, back, exitOnPause));
        }
    }

    private ListedDevices listed() throws IOException {
        if (devices == null) {
            return null;
        }
        if (!Files.isReadable(devices)) {
            throw new IllegalArgumentException("--devices: there is no readable file " + devices
                    + ". Write the path of a CSV file of device ids.");
        }
        Set<String> ids = DeviceListFile.read(devices);
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("--devices: " + devices + " names no device.");
        }
        return new ListedDevices(devices.getFileName().toString(), ids);
    }

    private void check(Migration forward, String own, List<Wave> waves) {
        if (forward.returns() != null) {
            throw new IllegalArgumentException("Migration '" + forward.name()
                    + "' is a return itself. To move its devices forward again, apply the forward configuration under"
                    + " another migration.name.");
        }
        if (own.equals(forward.name())) {
            throw new IllegalArgumentException("--name: '" + own + "' is the forward migration. Choose another name.");
        }
        if (!QUIET.contains(forward.state())) {
            throw new IllegalArgumentException("Migration '" + forward.name() + "' is " + forward.state()
                    + ". Let it finish, or pause or abort it; then its moved devices can return.");
        }
        if (wave != null && waves.stream().noneMatch(each -> each.number() == wave)) {
            throw new IllegalArgumentException("--wave: migration '" + forward.name() + "' has no wave " + wave
                    + "; it has: "
                    + waves.stream()
                            .map(each -> each.number() + " (" + each.name() + ")")
                            .collect(Collectors.joining(", "))
                    + ".");
        }
    }

    private Future<Migration> create(
            WorkerConfig config, Ledger ledger, Migration forward, String own, ListedDevices listed) {
        WorkerConfig.Source left = config.migration().source();
        return ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        own,
                        config.migration().target().name(),
                        ReturnSelection.description(forward.name(), wave, listed),
                        left instanceof HubDevices hub ? hub.provisioningService() : left.service(),
                        left instanceof ApplicationDevices ? TargetKind.APPLICATION : TargetKind.PROVISIONING_SERVICE,
                        config.migration().verification().name(),
                        config.returning(own).rollout().layout(),
                        MigrationState.SCHEDULED,
                        forward.id()));
    }
}
