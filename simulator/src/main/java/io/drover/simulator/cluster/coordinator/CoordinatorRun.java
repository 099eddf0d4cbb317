package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.cluster.ClusterNode;
import io.drover.simulator.cluster.MemberProtocol;
import io.drover.simulator.fleet.FleetWatch;
import io.drover.simulator.fleet.LoadOptions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One run of a fleet with several members, from the first that joins to the report. On the caller's thread, which it blocks. */
final class CoordinatorRun {
    private static final long LITTLE_SECONDS = 20;

    /**
     * How it goes.
     *
     * @param joinWithin seconds
     * @param runSeconds null for until it is told
     * @param report null for none
     */
    record Terms(
            int controlPort,
            int joinWithin,
            boolean autostart,
            Long runSeconds,
            LoadOptions load,
            Path report,
            boolean stopWithStdin) {}

    private final ClusterNode node;
    private final Admission admission;
    private final Terms terms;
    private final CoordinatorOutput output;
    private final Coordinator coordinator;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);

    CoordinatorRun(ClusterNode node, Admission admission, Plan plan, Terms terms, CoordinatorOutput output) {
        this.node = node;
        this.admission = admission;
        this.terms = terms;
        this.output = output;
        this.coordinator = new Coordinator(admission, plan, output::step);
    }

    /**
     * Runs it.
     *
     * @return 0 when no member was lost, else 1
     * @throws ClusterException when it did not come to a run
     */
    int toItsEnd() throws ClusterException, InterruptedException {
        Thread interrupted = new Thread(this::interrupted, "shutdown");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            await(node.vertx().deployVerticle(coordinator), LITTLE_SECONDS, "the coordinator did not start");
            node.onGone(coordinator::gone);
            coordinator.broken().onSuccess(end::complete);
            int port = await(
                            new CoordinatorHttp(coordinator, () -> end.complete("told to stop"))
                                    .listen(node.vertx(), terms.controlPort()),
                            LITTLE_SECONDS,
                            "the coordinator's HTTP did not start")
                    .actualPort();
            if (terms.stopWithStdin()) {
                watchInput();
            }
            try {
                gather(port);
                makeReady(port);
            } catch (ClusterException failed) {
                dismiss(1, "the coordinator gave up: " + failed.getMessage());
                throw failed;
            }
            return runAndReport();
        } finally {
            over.countDown();
        }
    }

    private void gather(int port) throws ClusterException, InterruptedException {
        String place = node.host() + ":" + node.port();
        int count = admission.expected().count();
        output.ready(
                new JsonObject()
                        .put("ready", "coordinator")
                        .put("clusterPort", node.port())
                        .put("controlPort", port),
                "Waiting up to " + terms.joinWithin() + " s for " + count
                        + " members; start each with: simulator.jar fleet --join " + place
                        + (node.isLoopback() ? "" : " --cluster-host ITS-OWN-ADDRESS"));
        CompletableFuture<Void> gathered =
                coordinator.gathered().toCompletionStage().toCompletableFuture();
        try {
            CompletableFuture.anyOf(gathered, end).get(terms.joinWithin(), TimeUnit.SECONDS);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (TimeoutException late) {
            throw new ClusterException(
                    await(coordinator.missing(), LITTLE_SECONDS, "the coordinator hangs") + " after "
                            + terms.joinWithin() + " s; start them with fleet --join " + place
                            + ", or wait longer with --join-within",
                    late);
        }
        refuseEnd();
    }

    private void makeReady(int port) throws ClusterException, InterruptedException {
        output.step("All have joined; the devices are made.");
        CompletableFuture<Void> ready = coordinator.deploy().toCompletionStage().toCompletableFuture();
        try {
            CompletableFuture.anyOf(ready, end)
                    .get(MemberProtocol.DEPLOY_MILLIS / 1_000 + LITTLE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new ClusterException(failed.getCause().getMessage(), failed);
        } catch (TimeoutException late) {
            throw new ClusterException("the devices were not made in time; look at the members", late);
        }
        refuseEnd();
        output.ready(
                new JsonObject().put("ready", "fleet").put("controlPort", port),
                "Fleet ready; status at http://127.0.0.1:" + port + "/fleet/status"
                        + (terms.autostart() ? "" : "; it begins on POST http://127.0.0.1:" + port + "/fleet/start"));
    }

    /** An end before the fleet is ready is none of a run. */
    private void refuseEnd() throws ClusterException {
        if (end.isDone()) {
            throw new ClusterException("ended before the fleet was ready: " + end.join());
        }
    }

    private int runAndReport() throws ClusterException, InterruptedException {
        if (terms.runSeconds() != null) {
            coordinator
                    .running()
                    .onSuccess(begun -> node.vertx()
                            .setTimer(
                                    TimeUnit.SECONDS.toMillis(terms.runSeconds()),
                                    ran -> end.complete("ran for " + terms.runSeconds() + " s")));
        }
        if (terms.autostart()) {
            coordinator.begin().onFailure(failure -> end.complete("it did not begin: " + failure.getMessage()));
        }
        CountDownLatch ended = new CountDownLatch(1);
        end.thenRun(ended::countDown);
        MembersFigures figures = new MembersFigures(coordinator);
        try (FleetWatch watch = new FleetWatch(figures, output.view(), terms.load(), Clock.systemUTC())) {
            watch.until(ended);
            CombinedReport report =
                    await(coordinator.finish(end.join()), LITTLE_SECONDS, "the members' last figures did not come");
            if (report.complete()) {
                watch.finish();
            }
            dismiss(report.complete() ? 0 : 1, end.join());
            output.step(report.text());
            write(report);
            return report.complete() ? 0 : 1;
        } catch (IOException failed) {
            dismiss(1, "what the fleet has recorded could not be written");
            throw new ClusterException(
                    "what the fleet has recorded could not be written: " + failed.getMessage(), failed);
        }
    }

    private void write(CombinedReport report) throws ClusterException {
        if (terms.report() == null) {
            return;
        }
        try {
            Files.writeString(terms.report(), report.json().encodePrettily() + "\n");
            output.step("Report " + terms.report());
        } catch (IOException unwritable) {
            throw new ClusterException(
                    "--report " + terms.report() + " cannot be written: " + unwritable.getMessage(), unwritable);
        }
    }

    private void dismiss(int exit, String reason) throws ClusterException, InterruptedException {
        await(coordinator.dismiss(exit, reason), LITTLE_SECONDS, "the members could not be told to stop");
    }

    /** A signal ends the run as a person's word does; the Java machine waits for the report. */
    private void interrupted() {
        end.complete("interrupted");
        try {
            boolean done = over.await(2 * LITTLE_SECONDS, TimeUnit.SECONDS);
            if (!done) {
                output.step("No report came of it in time.");
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private void watchInput() {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // A broken pipe ends the run as an end of file does.
                    }
                    end.complete("standard input ended");
                },
                "stdin-watch");
        reader.setDaemon(true);
        reader.start();
    }

    private static <T> T await(Future<T> future, long seconds, String failure)
            throws ClusterException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new ClusterException(failed.getCause().getMessage(), failed);
        } catch (TimeoutException late) {
            throw new ClusterException(failure + " (within " + seconds + " s)", late);
        }
    }
}
