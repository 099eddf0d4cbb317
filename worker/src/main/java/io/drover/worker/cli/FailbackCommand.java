package io.drover.worker.cli;

import io.drover.worker.DeviceListFile;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.operation.Failback;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Callable;
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
            Failback.Choice choice = new Failback.Choice(name, wave, listed);
            Failback.check(
                    forward, choice, WorkerProcess.await(ledger.migrations().waves(forward.id())));
            AzureClients azure = new AzureClients(process.vertx, process.config, process.meters, clock);
            Failback.Prepared back = WorkerProcess.await(new Failback(process.config, ledger, forward, choice)
                    .prepare(process.vertx, azure, actor, process.meters, clock));
            ProgressView view = new ProgressView(out, options.output, WorkerProcess.onTerminal());
            return WorkerProcess.await(new MigrationRun(process, ledger, view, clock)
                    .untilDone(back.pipeline(), back.back(), exitOnPause));
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
}
