package io.drover.worker.cli;

import io.drover.worker.DeviceListFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the worker bring moved devices back, and watches it. */
@Command(
        name = "failback",
        description = "Have the worker return the devices that the migration has moved: all, a wave, or a list.",
        mixinStandardHelpOptions = true)
final class RemoteFailback extends RemoteVerb {
    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Option(names = "--wave", description = "Only devices of the wave of this number.")
    private Integer wave;

    @Option(
            names = "--devices",
            paramLabel = "FILE",
            description = "Only the devices in the first column of this file.")
    private Path devices;

    @Option(names = "--name", description = "The return's own name. Default: the migration's with -return behind it.")
    private String name;

    @Option(names = "--reason", description = "Why; kept in the audit.")
    private String reason;

    @Option(names = "--detach", description = "Do not watch.")
    private boolean detach;

    @Option(
            names = "--exit-on-pause",
            description = "End with code 3 when the return is paused and no device is on its way.")
    private boolean exitOnPause;

    @Override
    int run(RemoteWorker worker) throws Exception {
        JsonObject body = new JsonObject();
        if (wave != null) {
            body.put("wave", wave);
        }
        if (devices != null) {
            if (!Files.isReadable(devices)) {
                throw new IllegalArgumentException("--devices: there is no readable file " + devices
                        + ". Write the path of a CSV file of device ids.");
            }
            Set<String> ids = DeviceListFile.read(devices);
            if (ids.isEmpty()) {
                throw new IllegalArgumentException("--devices: " + devices + " names no device.");
            }
            body.put("devices", new JsonArray(List.copyOf(ids)));
        }
        if (name != null) {
            body.put("name", name);
        }
        if (reason != null) {
            body.put("reason", reason);
        }
        JsonObject answer = worker.post(path(migration) + "/failback", body);
        String own = answer.getString("migration");
        ControlCommand.print(out(), output(), own, "failback", RemoteVerbs.outcome(answer));
        return detach ? WorkerCommand.DONE : RemoteWatch.untilDone(worker, own, exitOnPause, this);
    }
}
