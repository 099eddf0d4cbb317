package io.drover.worker.api;

import io.drover.worker.ServingConfig;
import io.drover.worker.WorkerConfig;
import io.drover.worker.auth.EntraGatekeeper;
import io.drover.worker.auth.Gatekeeper;
import io.drover.worker.auth.LocalGatekeeper;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.db.Ledger;
import io.drover.worker.operation.KeptDefinitions;
import io.drover.worker.operation.MigrationRunner;
import io.drover.worker.operation.PlanMaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.function.Consumer;

/** Wires a serving worker: the API, and what carries out the migrations that are applied through it. */
public final class ServeVerticle extends VerticleBase {
    private final ServingConfig config;
    private final Ledger ledger;
    private final String management;
    private final String operator;
    private final Consumer<Router> pages;
    private final MeterRegistry meters;
    private final Clock clock;
    private MigrationRunner runner;
    private ApiServer server;
    private int port;

    /**
     * A serving worker on an open ledger.
     *
     * @param management URL of metrics and health, or null
     * @param operator whom the audit names where nobody signs in
     * @param pages mounts what is served beside the API
     */
    public ServeVerticle(
            ServingConfig config,
            Ledger ledger,
            String management,
            String operator,
            Consumer<Router> pages,
            MeterRegistry meters,
            Clock clock) {
        this.config = config;
        this.ledger = ledger;
        this.management = management;
        this.operator = operator;
        this.pages = pages;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        WorkerConfig worker = config.worker();
        KeptDefinitions definitions = new KeptDefinitions(config);
        AzureClients azure = new AzureClients(vertx, worker, meters, clock);
        runner = new MigrationRunner(vertx, definitions, ledger, azure, meters, clock);
        PlanMaker plans = new PlanMaker(vertx, ledger, azure, meters, clock);
        Serving serving = new Serving(vertx, definitions, ledger, azure, runner, plans, management, clock);
        return plans.abandon()
                .compose(done -> definitions
                        .ofFile()
                        .map(name -> ledger.definitions().ofFile(name, "configuration file"))
                        .orElseGet(Future::succeededFuture))
                .compose(done -> vertx.executeBlocking(() -> new Parts(gatekeeper(worker), ApiDocument.load())))
                .compose(parts -> {
                    server = new ApiServer(serving, worker.api(), parts.gatekeeper(), parts.document(), pages);
                    return server.start();
                })
                .onSuccess(listening -> {
                    port = listening;
                    runner.start();
                });
    }

    private record Parts(Gatekeeper gatekeeper, ApiDocument document) {}

    /** Reads files. */
    private Gatekeeper gatekeeper(WorkerConfig worker) {
        return worker.api().signIn() == null
                ? new LocalGatekeeper(operator)
                : EntraGatekeeper.of(vertx, worker, this::port, clock);
    }

    /** Where it listens, once started. */
    public int port() {
        return port;
    }

    /** Streams end first; then what is carried out stops, to go on when a worker serves this ledger again. */
    @Override
    public Future<?> stop() {
        Future<Void> served = server == null ? Future.succeededFuture() : server.stop();
        return served.transform(done -> runner.stop());
    }
}
