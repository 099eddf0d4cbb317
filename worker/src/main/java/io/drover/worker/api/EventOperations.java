package io.drover.worker.api;

import io.drover.worker.auth.Role;
import io.drover.worker.migration.MigrationSearch;
import io.drover.worker.migration.MigrationSearch.Found;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Streams of events; a bounded number of listeners. Confined to one event loop. */
final class EventOperations {
    private static final long BEAT_MILLIS = 15_000;
    /** A listener signs in anew with the next stream, which goes on where this one ended. */
    private static final long LONGEST_MILLIS = 3_600_000;

    private final Serving serving;
    private final MigrationViews views;
    private final MigrationJson json;
    private final MigrationDetail detail;
    private final PlanOperations plans;
    private final int most;
    private final Map<Optional<String>, EventChannel> channels = new HashMap<>();
    private final Set<EventStream> streams = new HashSet<>();
    private final long beat;

    EventOperations(
            Serving serving,
            MigrationViews views,
            MigrationJson json,
            MigrationDetail detail,
            PlanOperations plans,
            int most) {
        this.serving = serving;
        this.views = views;
        this.json = json;
        this.detail = detail;
        this.plans = plans;
        this.most = most;
        Vertx vertx = serving.vertx();
        this.beat = vertx.setPeriodic(
                BEAT_MILLIS, due -> List.copyOf(channels.values()).forEach(EventChannel::beat));
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("streamEvents", call -> stream(call, Optional.empty()));
        operations.put(
                "streamMigrationEvents",
                call -> views.one(call.migration()).compose(there -> stream(call, Optional.of(there.name()))));
    }

    private Future<Answer> stream(Call call, Optional<String> migration) {
        if (streams.size() >= most) {
            throw new ProblemException(
                    503,
                    "too-many-listeners",
                    "Too many listeners",
                    most
                            + " event streams are open. Close some, or raise api.limits.listeners; or ask without a stream.");
        }
        Long since = since(call);
        EventStream stream = new EventStream(serving.vertx(), call.response());
        streams.add(stream);
        EventChannel channel = channels.computeIfAbsent(migration, this::channel);
        long end = serving.vertx().setTimer(LONGEST_MILLIS, due -> stream.close());
        call.response().closeHandler(gone -> ended(migration, channel, stream, end));
        call.response().endHandler(gone -> ended(migration, channel, stream, end));
        call.response().exceptionHandler(broken -> stream.close());
        return channel.join(stream, call.caller().roles(), since)
                .map(joined -> Answer.stream())
                .onFailure(cause -> {
                    if (call.response().headWritten()) {
                        stream.close();
                    }
                    ended(migration, channel, stream, end);
                });
    }

    /** Heard of each listener once or twice. */
    private void ended(Optional<String> migration, EventChannel channel, EventStream stream, long timer) {
        if (!streams.remove(stream)) {
            return;
        }
        serving.vertx().cancelTimer(timer);
        stream.close();
        channel.leave(stream);
        if (channel.isEmpty()) {
            channels.remove(migration, channel);
        }
    }

    /** The header is what a browser sends by itself when it comes back. */
    private static Long since(Call call) {
        String header = call.header("Last-Event-ID");
        String given = header == null || header.isEmpty() ? call.query("lastEventId") : header;
        if (given == null) {
            return null;
        }
        try {
            return Long.valueOf(given);
        } catch (NumberFormatException tooLong) {
            return Long.MAX_VALUE;
        }
    }

    private EventChannel channel(Optional<String> migration) {
        return new EventChannel(
                serving.vertx(),
                serving.ledger().search(),
                migration.orElse(null),
                migration.<EventChannel.Sampler>map(name -> () -> one(name)).orElse(this::all));
    }

    private Future<EventChannel.Sample> one(String name) {
        return detail.read(name)
                .compose(told -> plans.find(name).map(plan -> {
                    Map<Set<Role>, Snapshot> texts = new HashMap<>();
                    Optional<Snapshot> planned = plan.map(found -> new Snapshot("plan", found.encode()));
                    return roles -> {
                        Snapshot migration = texts.computeIfAbsent(
                                roles,
                                those ->
                                        new Snapshot("migration", told.to(those).encode()));
                        return planned.map(text -> List.of(migration, text)).orElseGet(() -> List.of(migration));
                    };
                }));
    }

    private Future<EventChannel.Sample> all() {
        return serving.ledger()
                .search()
                .page(null, null, null, MigrationSearch.MOST)
                .compose(found -> views.of(found.stream().map(Found::name).toList()))
                .map(found -> {
                    JsonArray summaries = new JsonArray();
                    found.forEach(view -> summaries.add(json.summary(view)));
                    List<Snapshot> sample = List.of(new Snapshot("migrations", summaries.encode()));
                    return roles -> sample;
                });
    }

    /** Ends all streams; nothing is heard any more. */
    void close() {
        serving.vertx().cancelTimer(beat);
        List.copyOf(streams).forEach(EventStream::close);
    }
}
