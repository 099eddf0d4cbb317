package io.drover.worker.cluster;

import io.drover.worker.cluster.LeaseStore.Lease;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * This worker's place among those that work on one migration: it shows that it lives, leads when nobody else does, and
 * as leader tells who is lost. Confined to one event loop.
 */
final class Membership {
    private final LeaseStore leases;
    private final long migrationId;
    private final String worker;
    private final LeaseWatch watch;
    private final LongSupplier nanos;
    private final long patienceNanos;
    private long heldAtNanos;

    /**
     * As seen by {@code nanos}, a monotonic clock.
     *
     * @param patience how long a lease may stand still before its holder is lost; zero where no other worker can live
     */
    Membership(LeaseStore leases, long migrationId, String worker, Duration patience, LongSupplier nanos) {
        this.leases = leases;
        this.migrationId = migrationId;
        this.worker = worker;
        this.watch = new LeaseWatch(patience, nanos);
        this.nanos = nanos;
        this.patienceNanos = patience.toNanos();
        this.heldAtNanos = nanos.getAsLong();
    }

    /** Shows life, and takes the lead if it is free or its holder is lost; completes with whether this worker leads. */
    Future<Boolean> beat() {
        long began = nanos.getAsLong();
        return leases.hold(member(worker), worker)
                .compose(shown -> leases.hold(lead(), worker))
                .compose(
                        mine -> standing().compose(standing -> mine ? Future.succeededFuture(true) : contend(standing)))
                .onSuccess(done -> heldAtNanos = began);
    }

    private Future<Boolean> contend(List<Lease> standing) {
        return standing.stream()
                .filter(lease -> lease.name().equals(lead()))
                .findFirst()
                .map(lease -> leases.takeOver(lease, worker))
                .orElseGet(() -> Future.succeededFuture(false));
    }

    private Future<List<Lease>> standing() {
        return leases.all(prefix()).map(watch::standing);
    }

    /** False when this worker could not show life for so long that the others may soon give it up. */
    boolean isTrusted() {
        return patienceNanos == 0 || nanos.getAsLong() - heldAtNanos < patienceNanos / 2;
    }

    /** Removes the leases of lost workers and completes with those that live; only for the leader. */
    Future<Set<String>> living() {
        return standing()
                .compose(standing -> {
                    Future<Void> all = Future.succeededFuture();
                    for (Lease lease : standing) {
                        if (!lease.owner().equals(worker)) {
                            all = all.compose(done -> leases.remove(lease).mapEmpty());
                        }
                    }
                    return all.compose(done -> leases.all(member("")));
                })
                .map(members -> {
                    Set<String> living = new HashSet<>();
                    members.forEach(lease -> living.add(lease.owner()));
                    return living;
                });
    }

    /** Leaves in order, so that the others need not wait. */
    Future<Void> leave() {
        return leases.release(lead(), worker).compose(done -> leases.release(member(worker), worker));
    }

    private String prefix() {
        return "migration/" + migrationId + "/";
    }

    private String lead() {
        return prefix() + "lead";
    }

    private String member(String id) {
        return prefix() + "worker/" + id;
    }
}
