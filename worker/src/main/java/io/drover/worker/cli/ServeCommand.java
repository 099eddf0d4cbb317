package io.drover.worker.cli;

import io.drover.worker.ServingConfig;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfigLoader;
import io.drover.worker.api.ServeVerticle;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.ui.Console;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the API and carries out what is applied through it, until it is told to stop. */
@Command(
        name = "serve",
        description = "Serve the REST API and carry out migrations that are applied through it, until told to stop.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private final Clock clock = Clock.systemUTC();

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--actor",
            description = "Whom the audit names where nobody signs in. Default: the operating system's user.",
            defaultValue = "${sys:user.name}")
    private String actor;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ServingConfig config = WorkerConfigLoader.loadServing(options.config, options.settings);
        try (WorkerProcess process = new WorkerProcess(options, config.worker())) {
            AtomicReference<Ledger> open = new AtomicReference<>();
            HttpServer management = WorkerProcess.await(ManagementServer.listen(
                    process.vertx, process.config.management(), process.meters, () -> MigrationRun.ready(open.get())));
            open.set(WorkerProcess.await(Ledger.open(
                    process.vertx, process.config.ledger(), policy(process.config), process.meters, clock)));
            ServeVerticle serving = new ServeVerticle(
                    config,
                    open.get(),
                    "http://" + process.config.management().host() + ":" + management.actualPort() + "/",
                    actor,
                    Console.load()::mount,
                    process.meters,
                    clock);
            WorkerProcess.await(process.vertx.deployVerticle(serving));
            say(process.config.api(), serving.port());
            // A signal ends the process: its hook stops what runs and closes the ledger.
            return WorkerProcess.await(Promise.<Integer>promise().future());
        }
    }

    /** Verbs on devices of a migration whose definition this worker does not have go by what a definition says unless it says otherwise. */
    private static MovePolicy policy(WorkerConfig config) {
        return config.migration() != null
                ? config.policy()
                : new MovePolicy(
                        Verification.TELEMETRY,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10),
                        Duration.ofDays(7),
                        3,
                        config.azure().timeCompression());
    }

    /** Where people sign in, browsers have to come by the address that Entra sends them back to. */
    private static String console(WorkerConfig.Api api, String scheme, String host, int port) {
        boolean byName = api.signIn() != null || api.publicUrl() != null;
        return (byName ? api.publicUrl(port) : scheme + "://" + host + ":" + port) + "/";
    }

    private void say(WorkerConfig.Api api, int port) {
        PrintWriter out = spec.commandLine().getOut();
        String scheme = api.tls() == null ? "http" : "https";
        String host = api.host().contains(":") && !api.host().startsWith("[") ? "[" + api.host() + "]" : api.host();
        out.println("Console: " + console(api, scheme, host, port));
        out.println("API: " + scheme + "://" + host + ":" + port + "/api/docs/");
        out.flush();
    }
}
