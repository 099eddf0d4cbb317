package io.drover.worker.cluster;

import io.drover.worker.Sweep;
import io.drover.worker.device.DeviceStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares a migration among the workers of its ledger: every one sends commands, one leads and does what is done once.
 * The stages are deployed by this verticle, so they stop before it gives up its leases.
 */
public final class MembershipVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipVerticle.class);
    private static final Duration BEAT = Duration.ofSeconds(2);
    /** With the beat, a lost worker's devices and its lead are taken over within twelve seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What a worker runs. Called in this verticle's context, so that what they deploy belongs to it. */
    public interface Stages {
        /**
         * Deploys what every worker runs.
         *
         * @param trusted false while the others may take this worker for lost
         */
        Future<?> join(BooleanSupplier trusted);

        /** Deploys what only the leader runs; completes with the deployment ids, the first to stop first. */
        Future<List<String>> lead();
    }

    private final LeaseStore leases;
    private final DeviceStore devices;
    private final long migrationId;
    private final String worker;
    private final boolean shared;
    private final Stages stages;
    private Membership membership;
    private Sweep sweep;
    private List<String> leading = List.of();

    /** {@code shared} tells whether workers in other processes can live. */
    public MembershipVerticle(
            LeaseStore leases, DeviceStore devices, long migrationId, String worker, boolean shared, Stages stages) {
        this.leases = leases;
        this.devices = devices;
        this.migrationId = migrationId;
        this.worker = worker;
        this.shared = shared;
        this.stages = stages;
    }

    @Override
    public Future<?> start() {
        membership = new Membership(leases, migrationId, worker, shared ? PATIENCE : Duration.ZERO, System::nanoTime);
        sweep = new Sweep(vertx, "membership", BEAT, this::beat);
        return beat().compose(shown -> stages.join(membership::isTrusted)).onSuccess(joined -> sweep.wake());
    }

    private Future<?> beat() {
        return membership.beat().<Object>compose(lead -> {
            if (lead && leading.isEmpty()) {
                LOG.info("This worker leads the migration.");
                return takeOver().compose(done -> stages.lead()).<Object>map(ids -> leading = ids);
            }
            if (!lead && !leading.isEmpty()) {
                LOG.warn("Another worker leads the migration now: this one had stood still.");
                return follow().mapEmpty();
            }
            return (lead ? takeOver() : Future.<Void>succeededFuture()).mapEmpty();
        });
    }

    /** Whatever a worker that is gone has commanded may have moved: it is looked up before anything is sent again. */
    private Future<Void> takeOver() {
        return membership
                .living()
                .compose(living -> devices.reads().ownersInFlight(migrationId).compose(owners -> lost(owners, living)));
    }

    private Future<Void> lost(Set<String> owners, Set<String> living) {
        Future<Void> all = Future.succeededFuture();
        for (String owner : owners) {
            if (!living.contains(owner)) {
                all = all.compose(done -> devices.ownerLost(migrationId, owner))
                        .onSuccess(count -> LOG.info("Worker {} is gone with {} commands unanswered.", owner, count))
                        .mapEmpty();
            }
        }
        return all;
    }

    private Future<Void> follow() {
        Future<Void> all = Future.succeededFuture();
        for (String id : new ArrayList<>(leading)) {
            all = all.compose(done -> vertx.undeploy(id));
        }
        leading = List.of();
        return all;
    }

    @Override
    public Future<?> stop() {
        sweep.stop();
        return devices.ownerLost(migrationId, worker).compose(noted -> membership.leave());
    }
}
