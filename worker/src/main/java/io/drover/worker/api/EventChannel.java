package io.drover.worker.api;

import io.drover.worker.auth.Role;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.MigrationSearch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all listeners to one migration, or to all of them, hear. The ledger is read twice a second for all of them, however many begin
 * to listen meanwhile, and not at all while nobody listens; what they hear is made into text once for those of equal
 * roles. As the ledger is read, it does not matter which process carries the migration out. Confined to one event loop.
 */
final class EventChannel {
    private static final Logger LOG = LoggerFactory.getLogger(EventChannel.class);
    private static final long INTERVAL_MILLIS = 500;
    private static final int PAGE = 200;

    private final Vertx vertx;
    private final MigrationSearch search;
    private final String migration;
    private final Sampler sampler;
    private final Map<EventStream, Set<Role>> listeners = new LinkedHashMap<>();
    private long timer = -1;
    private boolean looking;
    private Future<Sample> underWay;

    /** How things stand. */
    interface Sample {
        /** For callers of these roles; the same texts while nothing has changed. */
        List<Snapshot> snapshots(Set<Role> roles);
    }

    /** Reads how things stand. */
    interface Sampler {
        Future<Sample> sample();
    }

    /** {@code migration} is null for all. */
    EventChannel(Vertx vertx, MigrationSearch search, String migration, Sampler sampler) {
        this.vertx = vertx;
        this.search = search;
        this.migration = migration;
        this.sampler = sampler;
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    /**
     * Lets a listener take part: first every audit record since the one it names, then how things stand, then what happens.
     *
     * @param since null to begin with now
     */
    Future<Void> join(EventStream stream, Set<Role> roles, Long since) {
        Future<Void> begun = since == null
                ? search.auditEnd().map(end -> {
                    stream.beginAfter(end);
                    return null;
                })
                : Future.succeededFuture().map(done -> {
                    stream.beginAfter(since);
                    return null;
                });
        return begun.compose(done -> catchUp(stream)).compose(done -> sample()).map(sample -> {
            if (!stream.isClosed()) {
                tell(stream, roles, sample);
                listeners.put(stream, roles);
                start();
            }
            return null;
        });
    }

    private Future<Void> catchUp(EventStream stream) {
        long before = stream.last();
        return search.auditSince(migration, before, PAGE).compose(page -> {
            page.forEach(entry -> stream.audit(entry.sequence(), event(entry)));
            return page.size() < PAGE || stream.isClosed()
                    ? Future.succeededFuture()
                    : stream.room().compose(taken -> catchUp(stream));
        });
    }

    void leave(EventStream stream) {
        listeners.remove(stream);
        if (listeners.isEmpty()) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    void beat() {
        List.copyOf(listeners.keySet()).forEach(EventStream::beat);
    }

    private void start() {
        if (timer < 0) {
            timer = vertx.setPeriodic(INTERVAL_MILLIS, due -> look());
        }
    }

    /** One look at a time; a ledger that is slow is looked at less often. */
    private void look() {
        if (looking) {
            return;
        }
        looking = true;
        news().compose(done -> sample())
                .onSuccess(sample ->
                        List.copyOf(listeners.entrySet()).forEach(each -> tell(each.getKey(), each.getValue(), sample)))
                .onFailure(away -> LOG.debug("No look at {}", migration, away))
                .onComplete(done -> looking = false);
    }

    /** One reading at a time, shared by all who ask while it goes on. */
    private Future<Sample> sample() {
        if (underWay == null) {
            Future<Sample> reading = sampler.sample();
            underWay = reading;
            reading.onComplete(done -> underWay = null);
            return reading;
        }
        return underWay;
    }

    /** From the record that the listener who is least far has. */
    private Future<Void> news() {
        long from =
                listeners.keySet().stream().mapToLong(EventStream::last).min().orElse(Long.MAX_VALUE);
        return search.auditSince(migration, from, PAGE).compose(page -> {
            page.forEach(entry -> {
                Buffer event = event(entry);
                listeners.keySet().forEach(stream -> stream.audit(entry.sequence(), event));
            });
            return page.size() < PAGE ? Future.succeededFuture() : news();
        });
    }

    private static void tell(EventStream stream, Set<Role> roles, Sample sample) {
        sample.snapshots(roles).forEach(stream::snapshot);
    }

    private static Buffer event(AuditStore.Entry entry) {
        return EventStream.event(
                EventStream.AUDIT,
                entry.sequence(),
                AuditOperations.entry(entry).encode());
    }
}
