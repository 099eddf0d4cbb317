package io.drover.worker.operation;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.Sweep;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Webhook;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.connectivity.SharedWebhook;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.metrics.GaugesVerticle;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.drover.worker.migration.DefinitionStore.Return;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.Supervisor;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the migrations that were applied through the API: several at once, in one process with one open ledger.
 * The ledger alone says which ones, so a worker that starts goes on with what was applied before, and where several serve
 * one ledger each of them takes part. One that cannot begin or go on keeps its trouble, which names what to do, and is tried again
 * later; it ends nothing else. Confined to one event loop.
 */
public final class MigrationRunner {
    private static final Logger LOG = LoggerFactory.getLogger(MigrationRunner.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final KeptDefinitions definitions;
    private final Ledger ledger;
    private final AzureClients azure;
    private final MeterRegistry meters;
    private final Clock clock;
    private final int most;
    private final SharedWebhook webhook;
    private final Sweep sweep;
    private final Map<String, Work> works = new LinkedHashMap<>();
    private Context context;
    private boolean stopped;

    public MigrationRunner(
            Vertx vertx,
            KeptDefinitions definitions,
            Ledger ledger,
            AzureClients azure,
            MeterRegistry meters,
            Clock clock) {
        this.vertx = vertx;
        this.definitions = definitions;
        this.ledger = ledger;
        this.azure = azure;
        this.meters = meters;
        this.clock = clock;
        this.most = definitions.worker().api().running();
        Webhook hook = definitions.worker().webhook();
        this.webhook = hook == null ? null : new SharedWebhook(vertx, hook, meters, clock);
        this.sweep = new Sweep(vertx, "applied migrations", INTERVAL, this::sweep);
    }

    /** One migration that this worker carries out, or tries to. */
    private static final class Work {
        private boolean busy;
        private MigrationPipeline pipeline;
        private List<String> deployments = List.of();
        private String trouble;
        private Duration pause = FIRST_PAUSE;
        private Instant notBefore = Instant.MIN;

        boolean running() {
            return !deployments.isEmpty();
        }
    }

    /** Begins to carry out what the ledger says. */
    public void start() {
        context = vertx.getOrCreateContext();
        sweep.wake();
    }

    /** Looks at once, as something was applied; one that is in trouble is tried again without waiting. */
    public void wake(String name) {
        Work work = works.get(name);
        if (work != null) {
            work.notBefore = Instant.MIN;
            work.pause = FIRST_PAUSE;
        }
        sweep.wake();
    }

    /** How many migrations may go on at once. */
    public int most() {
        return most;
    }

    /** Those that this worker carries out. */
    public Set<String> running() {
        return works.entrySet().stream()
                .filter(work -> work.getValue().running() || work.getValue().busy)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Whether this worker carries it out, or is about to. */
    public boolean isRunning(String name) {
        Work work = works.get(name);
        return work != null && (work.running() || work.busy);
    }

    /** Why it cannot go on here and what to do; null when nothing hinders it. */
    public String trouble(String name) {
        Work work = works.get(name);
        return work == null ? null : work.trouble;
    }

    /** What hindered a draft before it was changed counts no more. */
    public void forget(String name) {
        if (!isRunning(name)) {
            works.remove(name);
        }
    }

    /** What the migration is carried out with, while it is. */
    public Optional<MigrationPipeline> pipeline(String name) {
        return Optional.ofNullable(works.get(name)).map(work -> work.pipeline);
    }

    private Future<?> sweep() {
        return ledger.definitions().pending().compose(pending -> {
            Set<String> names = pending.stream().map(Kept::name).collect(Collectors.toSet());
            for (Kept kept : pending) {
                works.computeIfAbsent(kept.name(), name -> new Work());
            }
            Future<Void> ended = Future.succeededFuture();
            for (Map.Entry<String, Work> work : List.copyOf(works.entrySet())) {
                if (!names.contains(work.getKey()) && !work.getValue().busy) {
                    ended = ended.compose(done -> end(work.getKey(), work.getValue()));
                }
            }
            return ended.onSuccess(done -> pending.forEach(this::beginIfDue));
        });
    }

    /** The migration is final, or a draft again: the trouble of the latter stays to be read. */
    private Future<Void> end(String name, Work work) {
        List<String> deployments = work.deployments;
        work.deployments = List.of();
        work.pipeline = null;
        if (work.trouble == null) {
            works.remove(name);
        }
        return undeploy(deployments);
    }

    private Future<Void> undeploy(List<String> deployments) {
        Future<Void> all = Future.succeededFuture();
        for (String id : deployments) {
            all = all.compose(done -> vertx.undeploy(id)).transform(done -> Future.succeededFuture());
        }
        return all;
    }

    private void beginIfDue(Kept kept) {
        Work work = works.get(kept.name());
        boolean due =
                !stopped && !work.running() && !work.busy && !clock.instant().isBefore(work.notBefore);
        if (!due) {
            return;
        }
        if (running().size() >= most) {
            work.trouble = "It waits: this worker carries out " + most
                    + " migrations at once. Wait for one to end, or raise api.running.";
            return;
        }
        work.busy = true;
        Future.succeededFuture(kept)
                .compose(one -> one.returning() == null ? forward(one, work) : back(one, work))
                .onSuccess(deployments -> {
                    work.deployments = deployments;
                    work.trouble = null;
                    work.pause = FIRST_PAUSE;
                    LOG.info("This worker carries out {}.", kept.name());
                })
                .recover(cause -> cannot(kept, work, cause).mapEmpty())
                .onComplete(done -> {
                    work.busy = false;
                    if (stopped) {
                        undeploy(work.deployments);
                    }
                });
    }

    private Future<List<String>> forward(Kept kept, Work work) {
        WorkerConfig config = definitions.config(kept.name(), Optional.of(kept));
        Ledger own = own(config.policy());
        PlanGate.Reading plan =
                kept.planId() == null ? null : () -> LedgerPlan.read(ledger, kept.name(), kept.planId());
        PlanGate gate = new PlanGate(vertx, config, plan, kept.appliedBy(), clock);
        return MigrationPipeline.prepare(vertx, config, azure, meters, clock)
                .compose(pipeline -> gate.admit(own, pipeline)
                        .compose(by -> unchanged(kept).map(by))
                        .compose(by -> MigrationStart.create(config, own)
                                .compose(created -> by.record(own).map(created)))
                        .compose(migration -> deploy(pipeline, own, migration, kept, work)));
    }

    /** Preflight takes a while: a draft that was changed meanwhile must not begin as it was. */
    private Future<Void> unchanged(Kept kept) {
        return ledger.definitions()
                .isAsRead(kept)
                .compose(same -> same
                        ? Future.succeededFuture()
                        : Future.failedFuture(new IllegalStateException(
                                "The definition was changed while it was checked. It is looked at again.")));
    }

    private Future<List<String>> back(Kept kept, Work work) {
        Return asked = kept.returning();
        return ledger.definitions()
                .find(asked.forward())
                .compose(forwardKept -> ledger.migrations()
                        .find(asked.forward())
                        .compose(found -> {
                            Migration forward =
                                    found.orElseThrow(() -> new RefusedException("The ledger has no migration '"
                                            + asked.forward() + "' any more, whose devices it returns."));
                            WorkerConfig config = definitions.config(asked.forward(), forwardKept);
                            ListedDevices listed = asked.devices().isEmpty()
                                    ? null
                                    : new ListedDevices("a list", Set.copyOf(asked.devices()));
                            Ledger own = own(config.returnPolicy());
                            return new Failback(
                                            config,
                                            own,
                                            forward,
                                            new Failback.Choice(kept.name(), asked.wave(), listed))
                                    .prepare(vertx, azure, kept.appliedBy(), meters, clock)
                                    .compose(ready -> deploy(ready.pipeline(), own, ready.back(), kept, work));
                        }));
    }

    /** Its devices move by the policy of its own definition, on the one open ledger. */
    private Ledger own(MovePolicy policy) {
        return ledger.under(policy);
    }

    private Future<List<String>> deploy(
            MigrationPipeline pipeline, Ledger own, Migration migration, Kept kept, Work work) {
        work.pipeline = pipeline;
        // Before the stages, so that what they say of themselves finds all of them known.
        return vertx.deployVerticle(new GaugesVerticle(own, migration, meters))
                .compose(gauges -> pipeline.deploy(
                                own,
                                migration,
                                webhook,
                                broken -> context.runOnContext(now -> broken(kept, work, broken)))
                        .map(stages -> Stream.concat(Stream.of(gauges), stages.stream())
                                .toList())
                        .recover(cause -> vertx.undeploy(gauges).transform(done -> Future.failedFuture(cause))));
    }

    /** The selection cannot be read: without it the migration never ends, so it is begun anew after a while. */
    private void broken(Kept kept, Work work, Throwable cause) {
        List<String> deployments = work.deployments;
        work.deployments = List.of();
        trouble(kept, work, cause);
        work.busy = true;
        undeploy(deployments).onComplete(done -> work.busy = false);
    }

    private Future<?> cannot(Kept kept, Work work, Throwable cause) {
        work.pipeline = null;
        trouble(kept, work, cause);
        return cause instanceof RefusedException && kept.planId() != null
                ? ledger.definitions()
                        .giveBack(
                                kept.name(),
                                new Act(Supervisor.ACTOR, "refuse-plan", kept.name(), firstLine(cause.getMessage())))
                : Future.succeededFuture();
    }

    private void trouble(Kept kept, Work work, Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        LOG.warn("{} cannot go on: {}", kept.name(), message);
        LOG.debug("{} cannot go on", kept.name(), cause);
        work.trouble = message;
        work.notBefore = clock.instant().plus(work.pause);
        work.pause =
                work.pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : work.pause.multipliedBy(2);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    /** Stops what this worker does; it goes on when a worker serves this ledger again. */
    public Future<Void> stop() {
        stopped = true;
        sweep.stop();
        Future<Void> all = Future.succeededFuture();
        for (Work work : works.values()) {
            List<String> deployments = work.deployments;
            work.deployments = List.of();
            all = all.compose(done -> undeploy(deployments));
        }
        return all;
    }
}
