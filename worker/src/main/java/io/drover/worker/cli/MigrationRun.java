package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.connectivity.SharedWebhook;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.migration.Migration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;

/** A pipeline at work on a migration of the open ledger, watched until its end. */
final class MigrationRun {
    private final WorkerProcess process;
    private final Ledger ledger;
    private final ProgressView view;
    private final Clock clock;

    MigrationRun(WorkerProcess process, Ledger ledger, ProgressView view, Clock clock) {
        this.process = process;
        this.ledger = ledger;
        this.view = view;
        this.clock = clock;
    }

    /**
     * Serves metrics and health, then opens the ledger; blocks.
     *
     * @param out is told where they are served; may be null
     */
    static Ledger open(WorkerProcess process, MovePolicy policy, PrintWriter out, Clock clock) throws Exception {
        AtomicReference<Ledger> open = new AtomicReference<>();
        // Before the ledger, so that a port in use leaves nothing behind.
        HttpServer management = WorkerProcess.await(ManagementServer.listen(
                process.vertx, process.config.management(), process.meters, () -> ready(open.get())));
        if (out != null) {
            out.println("Metrics and health: http://"
                    + process.config.management().host() + ":" + management.actualPort() + "/metrics");
        }
        Ledger ledger =
                WorkerProcess.await(Ledger.open(process.vertx, process.config.ledger(), policy, process.meters, clock));
        open.set(ledger);
        return ledger;
    }

    static Future<Void> ready(Ledger ledger) {
        return ledger == null ? Future.failedFuture("the ledger is not open yet") : ledger.ping();
    }

    private SharedWebhook webhook() {
        return process.config.webhook() == null
                ? null
                : new SharedWebhook(process.vertx, process.config.webhook(), process.meters, clock);
    }

    /** Completes with the exit code; {@code orPaused} as {@link ProgressWatch#untilDone} has it. */
    Future<Integer> untilDone(MigrationPipeline pipeline, Migration migration, boolean orPaused) {
        Promise<Integer> end = Promise.promise();
        pipeline.deploy(ledger, migration, webhook(), end::tryFail).onFailure(end::tryFail);
        new ProgressWatch(process.vertx, ledger, migration, view, process.meters, clock)
                .untilDone(orPaused)
                .onSuccess(end::tryComplete)
                .onFailure(end::tryFail);
        return end.future();
    }
}
