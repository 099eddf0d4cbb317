package io.drover.worker.cluster;

import io.drover.worker.cluster.LeaseStore.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells which leases stand still. A lease is lost when its beat has not changed for the patience by the clock of the
 * one who watches; what the holder's clock says does not matter. Confined to one event loop.
 */
final class LeaseWatch {
    private record Seen(Lease lease, long sinceNanos) {}

    private final long patienceNanos;
    private final LongSupplier nanos;
    private Map<String, Seen> seen = new HashMap<>();

    /** {@code nanos} is a monotonic clock; a patience of zero gives up every lease at first sight. */
    LeaseWatch(Duration patience, LongSupplier nanos) {
        this.patienceNanos = patience.toNanos();
        this.nanos = nanos;
    }

    /** Takes note of all leases as they are now; answers those that have stood still for the patience. */
    List<Lease> standing(List<Lease> now) {
        long at = nanos.getAsLong();
        Map<String, Seen> next = new HashMap<>();
        for (Lease lease : now) {
            Seen before = seen.get(lease.name());
            next.put(lease.name(), before != null && before.lease().equals(lease) ? before : new Seen(lease, at));
        }
        seen = next;
        return now.stream()
                .filter(lease -> at - seen.get(lease.name()).sinceNanos() >= patienceNanos)
                .toList();
    }
}
