package io.drover.worker.device;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.IdQuery;
import io.drover.worker.sql.SqlFailure;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of device rows. Changes queue up while a transaction runs and the next transaction takes them all
 * (to a limit): many devices per commit; row, history and counts together. Confined to one event-loop context.
 */
final class DeviceWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceWriter.class);
    private static final int BATCH = 1024;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** How long changes are kept while the database is away. */
    private static final Duration LONGEST_ABSENCE = Duration.ofMinutes(2);

    /** What became of a change: the device's state after the commit, or null when there is no such row. */
    record Result(DeviceState state, boolean changed, boolean moved) {}

    /** Who waits for a change, or for several. */
    private interface Waiter {
        void done(DeviceKey key, Result result);

        void failed(Throwable cause);
    }

    private record Waiting(DeviceChange change, Waiter waiter) {}

    /** One row before and after a change; {@code before} is null when there is no such row. */
    private record Outcome(Waiting waiting, DeviceRow before, DeviceRow after, boolean changed) {
        Outcome(Waiting waiting, DeviceRow before, DeviceRow after) {
            this(waiting, before, after, before != null && !before.equals(after));
        }

        Result result() {
            return new Result(
                    after == null ? null : after.state(), changed, changed && before.state() != after.state());
        }
    }

    /** Rows were not those any more that the change was made from; nothing was kept of it. */
    private static final class RowsChangedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        RowsChangedException(String message) {
            super(message);
        }
    }

    private final Vertx vertx;
    private final Transactions writes;
    private final Dialect dialect;
    private final DeviceMeter meter;
    private final Clock clock;
    private final Context context;
    private final IdQuery select;
    private final ChangeQueue<Waiting> queue =
            new ChangeQueue<>(waiting -> waiting.change().key());
    private final RecentRows recent = new RecentRows();
    private boolean writing;

    DeviceWriter(Vertx vertx, Transactions writes, Dialect dialect, DeviceMeter meter, Clock clock) {
        this.vertx = vertx;
        this.writes = writes;
        this.dialect = dialect;
        this.meter = meter;
        this.clock = clock;
        this.context = vertx.getOrCreateContext();
        this.select = new IdQuery(
                "SELECT " + DeviceSql.COLUMNS + " FROM device WHERE 1 = 1",
                " ORDER BY device_id" + dialect.waiting(),
                dialect);
    }

    /** Completes after the commit, on the caller's context. */
    Future<Result> submit(DeviceChange change) {
        Promise<Result> done = Promise.promise();
        Context caller = Vertx.currentContext();
        Waiter waiter = new Waiter() {
            @Override
            public void done(DeviceKey key, Result result) {
                tell(caller, () -> done.complete(result));
            }

            @Override
            public void failed(Throwable cause) {
                tell(caller, () -> done.fail(cause));
            }
        };
        enqueue(List.of(new Waiting(change, waiter)));
        return done.future();
    }

    /** Completes after the last commit with the states of those devices that are there, on the caller's context. */
    Future<Map<String, DeviceState>> submitAll(List<DeviceChange> changes) {
        if (changes.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Promise<Map<String, DeviceState>> all = Promise.promise();
        Context caller = Vertx.currentContext();
        Map<String, DeviceState> states = new HashMap<>();
        Waiter waiter = new Waiter() {
            private int left = changes.size();

            @Override
            public void done(DeviceKey key, Result result) {
                if (result.state() != null) {
                    states.put(key.deviceId(), result.state());
                }
                if (--left == 0) {
                    tell(caller, () -> all.tryComplete(states));
                }
            }

            @Override
            public void failed(Throwable cause) {
                left--;
                tell(caller, () -> all.tryFail(cause));
            }
        };
        enqueue(changes.stream().map(change -> new Waiting(change, waiter)).toList());
        return all.future();
    }

    /** Stages are confined to their event loops: what they wait for must not go on in this one's. */
    private static void tell(Context caller, Runnable completion) {
        if (caller == null) {
            completion.run();
        } else {
            caller.runOnContext(ignored -> completion.run());
        }
    }

    private void enqueue(List<Waiting> more) {
        context.runOnContext(ignored -> {
            queue.addAll(more);
            meter.waiting(more.size());
            drain();
        });
    }

    /**
     * Changes the rows that a condition selects, in a transaction of its own that passes over rows which others hold.
     * Completes after the commit with the rows as changed.
     */
    Future<List<DeviceRow>> change(
            String condition,
            Map<String, Object> parameters,
            UnaryOperator<DeviceRow> change,
            String event,
            Instant at,
            String detail) {
        return writes.run(connection -> SqlTemplate.forQuery(
                                connection, DeviceSql.SELECT + condition + dialect.skipping())
                        .execute(parameters)
                        .compose(found -> {
                            List<Outcome> outcomes = new ArrayList<>();
                            found.forEach(each -> {
                                DeviceRow before = DeviceSql.row(each);
                                DeviceChange one = new DeviceChange(before.key(), change, event, at, detail, false);
                                outcomes.add(new Outcome(new Waiting(one, null), before, change.apply(before)));
                            });
                            return store(connection, outcomes).map(done -> outcomes);
                        }))
                .map(outcomes -> {
                    List<DeviceRow> changed = outcomes.stream()
                            .filter(Outcome::changed)
                            .peek(this::count)
                            .map(outcome -> committed(outcome.after()))
                            .toList();
                    context.runOnContext(ignored -> changed.forEach(recent::committed));
                    return changed;
                });
    }

    private void drain() {
        if (writing || queue.isEmpty()) {
            return;
        }
        writing = true;
        List<Waiting> batch = queue.take(BATCH);
        long migration = batch.get(0).change().key().migrationId();
        meter.waiting(-batch.size());
        meter.batch(batch.size());
        commit(migration, batch, System.nanoTime())
                .onComplete(written -> context.runOnContext(ignored -> {
                    writing = false;
                    if (written.succeeded()) {
                        written.result().forEach(this::settle);
                    } else {
                        batch.forEach(waiting -> waiting.waiter().failed(written.cause()));
                    }
                    drain();
                }));
    }

    /** Evidence cannot be asked for again, so it is kept while the database is away, for a while. */
    private Future<List<Outcome>> commit(long migration, List<Waiting> batch, long sinceNanos) {
        Map<String, DeviceRow> known = known(batch);
        return writes.run(connection -> write(connection, migration, batch, known))
                .recover(cause -> {
                    if (cause instanceof RowsChangedException && !known.isEmpty()) {
                        batch.forEach(waiting -> recent.forget(waiting.change().key()));
                        return commit(migration, batch, sinceNanos);
                    }
                    boolean kept =
                            SqlFailure.isPassing(cause) && System.nanoTime() - sinceNanos < LONGEST_ABSENCE.toNanos();
                    if (kept) {
                        LOG.warn("{} changes wait for the ledger: {}", batch.size(), cause.getMessage());
                    }
                    return kept
                            ? vertx.timer(PAUSE.toMillis()).compose(passed -> commit(migration, batch, sinceNanos))
                            : Future.failedFuture(cause);
                });
    }

    /**
     * The rows of those devices that need no read, by id: all their changes change the row that is known here, so that its
     * revision is held against the ledger's. What would change nothing may be news to the ledger's row, which is read then.
     */
    private Map<String, DeviceRow> known(List<Waiting> batch) {
        Map<String, DeviceRow> known = new HashMap<>();
        Map<String, DeviceRow> current = new HashMap<>();
        for (Waiting waiting : batch) {
            DeviceKey key = waiting.change().key();
            DeviceRow before = current.containsKey(key.deviceId()) ? current.get(key.deviceId()) : recent.get(key);
            DeviceRow after = before == null ? null : waiting.change().change().apply(before);
            if (after == null || after.equals(before)) {
                known.remove(key.deviceId());
                current.put(key.deviceId(), null);
            } else {
                known.putIfAbsent(key.deviceId(), before);
                current.put(key.deviceId(), after);
            }
        }
        return known;
    }

    private Future<List<Outcome>> write(
            SqlConnection connection, long migration, List<Waiting> batch, Map<String, DeviceRow> known) {
        List<String> unknown = batch.stream()
                .map(waiting -> waiting.change().key().deviceId())
                .filter(id -> !known.containsKey(id))
                .distinct()
                .toList();
        return read(connection, migration, unknown).compose(rows -> {
            Map<String, DeviceRow> current = new HashMap<>(known);
            current.putAll(rows);
            List<Outcome> outcomes = new ArrayList<>(batch.size());
            for (Waiting waiting : batch) {
                DeviceRow before = current.get(waiting.change().key().deviceId());
                DeviceRow after =
                        before == null ? null : waiting.change().change().apply(before);
                outcomes.add(new Outcome(waiting, before, after));
                if (after != null) {
                    current.put(after.deviceId(), after);
                }
            }
            return store(connection, outcomes).map(done -> outcomes);
        });
    }

    /** Rows, history and counts of these outcomes; the last of several on one row is what the row becomes. */
    private Future<Void> store(SqlConnection connection, List<Outcome> outcomes) {
        Map<String, DeviceRow> rows = new LinkedHashMap<>();
        DeviceCounts.Delta delta = new DeviceCounts.Delta();
        List<DeviceColumns.Line> history = new ArrayList<>();
        long migration = 0;
        for (Outcome outcome : outcomes) {
            if (outcome.changed()) {
                migration = outcome.after().key().migrationId();
                rows.put(outcome.after().deviceId(), outcome.after());
                delta.move(outcome.before(), outcome.after());
            }
            if (outcome.changed()
                    || (outcome.before() != null && outcome.waiting().change().always())) {
                history.add(history(outcome));
            }
        }
        long now = clock.millis();
        // In one order everywhere, so that two transactions cannot wait for each other.
        List<DeviceColumns.Stored> moves = rows.values().stream()
                .sorted(Comparator.comparing(DeviceRow::deviceId))
                .map(row -> new DeviceColumns.Stored(row, 0, now))
                .toList();
        List<Map<String, Object>> counts = delta.parameters(migration);
        return DeviceColumns.MOVE
                .write(connection, dialect, moves)
                .compose(moved -> moved == moves.size()
                        ? DeviceColumns.HISTORY.write(connection, dialect, history)
                        : Future.failedFuture(new RowsChangedException("another process changed this ledger: " + moved
                                + " of " + moves.size() + " moves held")))
                .compose(done -> counts.isEmpty()
                        ? Future.succeededFuture()
                        : SqlTemplate.forUpdate(connection, DeviceSql.COUNT)
                                .executeBatch(counts)
                                .mapEmpty());
    }

    private Future<Map<String, DeviceRow>> read(SqlConnection connection, long migration, List<String> ids) {
        Map<String, DeviceRow> rows = new HashMap<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < ids.size(); from += IdQuery.MOST) {
            List<String> page = ids.subList(from, Math.min(from + IdQuery.MOST, ids.size()));
            pages = pages.compose(done -> select.execute(connection, migration, page))
                    .onSuccess(found -> found.forEach(each -> {
                        DeviceRow row = DeviceSql.row(each);
                        rows.put(row.deviceId(), row);
                    }))
                    .mapEmpty();
        }
        return pages.map(done -> rows);
    }

    private static DeviceColumns.Line history(Outcome outcome) {
        DeviceChange change = outcome.waiting().change();
        return new DeviceColumns.Line(
                change.key(),
                change.at().toEpochMilli(),
                outcome.after().attempt(),
                outcome.before().state(),
                outcome.after().state(),
                change.event(),
                change.detail());
    }

    /** The row as another reader finds it now: each transaction adds one revision. */
    private static DeviceRow committed(DeviceRow row) {
        DeviceRowBuilder builder = row.change();
        builder.revision = row.revision() + 1;
        return builder.build();
    }

    private void settle(Outcome outcome) {
        if (outcome.changed()) {
            recent.committed(committed(outcome.after()));
            count(outcome);
        }
        outcome.waiting().waiter().done(outcome.waiting().change().key(), outcome.result());
    }

    private void count(Outcome outcome) {
        DeviceRow before = outcome.before();
        DeviceRow after = outcome.after();
        meter.changed(before, after);
        if (before.state() != after.state()) {
            LOG.atInfo()
                    .addKeyValue("migration", after.key().migrationId())
                    .addKeyValue("device", after.deviceId())
                    .addKeyValue("attempt", after.attempt())
                    .log(
                            "{} -> {} by {}{}",
                            before.state(),
                            after.state(),
                            outcome.waiting().change().event(),
                            after.reason() == null ? "" : ": " + after.reason());
        }
    }

    /** Counts transitions that a statement of its own made. */
    void counted(DeviceState from, DeviceState to, int devices) {
        meter.moved(from, to, devices);
    }
}
