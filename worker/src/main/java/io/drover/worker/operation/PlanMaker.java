package io.drover.worker.operation;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.PlanStore.PlannedRow;
import io.drover.worker.plan.PlanDigest;
import io.drover.worker.plan.PlanDrift;
import io.drover.worker.plan.PlanJson;
import io.drover.worker.plan.PlannedDevice;
import io.drover.worker.plan.Planner.Planned;
import io.drover.worker.web.ProblemHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes plans in the background, a few at once, and keeps each with its devices in the ledger. Confined to one event loop. */
public final class PlanMaker {
    /** How long a plan may be applied. */
    public static final Duration VALID = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(PlanMaker.class);
    private static final int MOST = 2;
    /** Longer than any plan takes; one on a shared ledger that is older has no maker any more. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Vertx vertx;
    private final Ledger ledger;
    private final AzureClients azure;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Set<String> planning = new HashSet<>();

    public PlanMaker(Vertx vertx, Ledger ledger, AzureClients azure, MeterRegistry meters, Clock clock) {
        this.vertx = vertx;
        this.ledger = ledger;
        this.azure = azure;
        this.meters = meters;
        this.clock = clock;
    }

    /** Whether the worker is making this migration's plan now. */
    public boolean isPlanning(String migration) {
        return planning.contains(migration);
    }

    /** Plans that nobody makes any more, as their worker was stopped, are told as failed. */
    public Future<Void> abandon() {
        JsonObject failure = new JsonObject()
                .put("type", "urn:drover:problem:stopped")
                .put("title", "The worker was stopped")
                .put("status", 503)
                .put("detail", "The worker was stopped while it planned. Plan anew.");
        return ledger.plans()
                .abandon(ledger.isShared() ? clock.instant().minus(LONGEST) : clock.instant(), failure.encode());
    }

    /**
     * Begins a plan; completes with its id as soon as it is in the ledger. Fails with {@link RefusedException} when one of
     * this migration is being made, and with {@link BusyException} when too many are.
     *
     * @param credentials how many devices' credentials are looked at
     */
    public Future<String> make(WorkerConfig config, long credentials) {
        String migration = config.migration().name();
        if (planning.contains(migration)) {
            return Future.failedFuture(
                    new RefusedException("'" + migration + "' is being planned. Wait for that plan, then plan anew."));
        }
        if (planning.size() >= MOST) {
            return Future.failedFuture(
                    new BusyException(MOST + " plans are being made. Wait for one of them, then plan this one."));
        }
        planning.add(migration);
        String id = UUID.randomUUID().toString();
        return ledger.plans()
                .begin(migration, id)
                .onFailure(unkept -> planning.remove(migration))
                .onSuccess(begun -> work(config, id, credentials)
                        .onComplete(done -> planning.remove(migration))
                        .onFailure(lost -> LOG.warn("The plan of {} could not be kept", migration, lost)))
                .map(begun -> id);
    }

    private Future<Void> work(WorkerConfig config, String id, long credentials) {
        return MigrationPipeline.prepare(vertx, config, azure, meters, clock)
                .compose(pipeline -> pipeline.plan(credentials))
                .compose(planned -> keep(config, id, planned)
                        .eventually(() -> planned.devices().close(vertx)))
                .recover(cause -> {
                    LOG.info("No plan of {}: {}", config.migration().name(), cause.getMessage());
                    return ledger.plans().failed(id, ProblemHandler.json(cause).encode());
                });
    }

    private Future<Void> keep(WorkerConfig config, String id, Planned planned) {
        JsonObject facts = new JsonObject();
        PlanDrift.facts(planned.plan()).forEach(facts::put);
        JsonObject summary = PlanJson.summary(planned.plan())
                .put(LedgerPlan.CONFIGURATION, PlanDigest.of(config))
                .put(LedgerPlan.FACTS, facts);
        return planned.devices()
                .eachPage(page ->
                        ledger.plans().add(id, page.stream().map(PlanMaker::row).toList()))
                .compose(done -> PlanDigest.of(planned.devices()))
                .compose(digest -> ledger.plans().ready(id, clock.instant().plus(VALID), summary.encode(), digest));
    }

    private static PlannedRow row(PlannedDevice device) {
        return new PlannedRow(
                device.deviceId(),
                device.template(),
                device.verdict(),
                device.reason(),
                device.action(),
                device.credential(),
                device.wave());
    }
}
