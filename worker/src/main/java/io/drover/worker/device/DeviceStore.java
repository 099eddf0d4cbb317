package io.drover.worker.device;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The ledger's devices. Every change is one guarded move that writes row and history in one transaction. */
public final class DeviceStore {
    private static final int PAGE = 1000;
    private static final int LOOKUP = 200;
    private static final String KNOWN =
            "SELECT device_id FROM device WHERE migration_id = #{migration_id} AND state IN (%s) AND device_id IN ("
                    + DeviceSql.placeholders(LOOKUP) + ")";

    private final Pool reads;
    private final Pool writes;
    private final DeviceWriter writer;
    private final DeviceTransition transition;
    private final Clock clock;

    public DeviceStore(Vertx vertx, Pool reads, Pool writes, MovePolicy policy, MeterRegistry meters, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.writer = new DeviceWriter(vertx, writes, meters);
        this.transition = new DeviceTransition(policy);
        this.clock = clock;
    }

    /** Adds those not yet known; completes with how many were new. Call with at most a few thousand at a time. */
    public Future<Integer> insert(long migrationId, List<DiscoveredDevice> devices) {
        if (devices.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Instant now = clock.instant();
        List<Map<String, Object>> rows = devices.stream()
                .map(device -> DeviceRow.discovered(new DeviceKey(migrationId, device.deviceId()), device, now))
                .map(DeviceSql::parameters)
                .toList();
        return writes.withTransaction(connection -> count(connection, migrationId)
                .compose(before -> SqlTemplate.forUpdate(connection, DeviceSql.INSERT)
                        .executeBatch(rows)
                        .compose(done -> count(connection, migrationId))
                        .map(after -> after - before)));
    }

    /** SQLite's driver counts a skipped insert of a batch as done, so new rows are counted by looking. */
    private static Future<Integer> count(SqlConnection connection, long migrationId) {
        return SqlTemplate.forQuery(connection, "SELECT COUNT(*) AS n FROM device WHERE migration_id = #{migration_id}")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> rows.iterator().next().getInteger("n"));
    }

    /** Rows in {@code state} whose next attempt is due (or has no date), the longest due first. */
    public Future<List<DeviceRow>> due(long migrationId, DeviceState state, Instant now, int limit) {
        return query(
                " AND state = #{state} AND (next_attempt_at IS NULL OR next_attempt_at <= #{now})"
                        + " ORDER BY next_attempt_at, device_id LIMIT #{limit}",
                Map.of("migration_id", migrationId, "state", state.name(), "now", now.toEpochMilli(), "limit", limit));
    }

    /** Rows whose deadline has passed. */
    public Future<List<DeviceRow>> overdue(long migrationId, Instant now, int limit) {
        return query(
                " AND deadline_at IS NOT NULL AND deadline_at <= #{now} ORDER BY deadline_at LIMIT #{limit}",
                Map.of("migration_id", migrationId, "now", now.toEpochMilli(), "limit", limit));
    }

    /** Completes after the commit: true when the device's state moved. Evidence of an unknown device is dropped. */
    public Future<Boolean> record(DeviceKey key, Evidence evidence) {
        AtomicBoolean moved = new AtomicBoolean();
        return writer.submit(new DeviceChange(
                        key,
                        row -> {
                            DeviceRow next = transition.apply(row, evidence);
                            moved.set(next.state() != row.state());
                            return next;
                        },
                        evidence.kind().name(),
                        evidence.at(),
                        evidence.detail(),
                        false))
                .map(changed -> changed.isPresent() && moved.get());
    }

    /** Moves every row of one state, with history; meant for PENDING to REGISTERED and for an abort. */
    public Future<Integer> moveAll(long migrationId, DeviceState from, DeviceState to, String detail) {
        if (from.isFinal()) {
            return Future.failedFuture(new IllegalArgumentException(from + " is final"));
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("migration_id", migrationId);
        parameters.put("from_state", from.name());
        parameters.put("to_state", to.name());
        parameters.put("detail", detail);
        parameters.put("at", clock.instant().toEpochMilli());
        parameters.put("finished_at", to.isFinal() ? clock.instant().toEpochMilli() : null);
        return writes.withTransaction(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO device_history (migration_id, device_id, at, attempt, from_state, to_state, event,"
                                + " detail) SELECT migration_id, device_id, #{at}, attempt, #{from_state}, #{to_state},"
                                + " 'MOVED', #{detail} FROM device WHERE migration_id = #{migration_id}"
                                + " AND state = #{from_state}")
                .execute(parameters)
                .compose(history -> SqlTemplate.forUpdate(
                                connection,
                                "UPDATE device SET state = #{to_state}, revision = revision + 1,"
                                        + " finished_at = #{finished_at} WHERE migration_id = #{migration_id}"
                                        + " AND state = #{from_state}")
                        .execute(parameters))
                .map(result -> result.rowCount()));
    }

    /**
     * Takes a device for one more command; COMMANDED is committed when this completes, and only then may the request
     * be sent. Empty when the row changed since it was read.
     */
    public Future<Optional<DeviceRow>> claimForCommand(DeviceRow row, Instant now, Duration answerDeadline) {
        return writer.submit(new DeviceChange(
                row.key(),
                current -> {
                    boolean ready = current.state() == DeviceState.REGISTERED || current.state() == DeviceState.WAITING;
                    return ready && current.revision() == row.revision() && current.attempt() == row.attempt()
                            ? transition.claim(current, now, answerDeadline)
                            : current;
                },
                EvidenceKind.COMMAND_SENT.name(),
                now,
                null,
                false));
    }

    /** The verdict on a passed deadline; call only after a target look that began after it found nothing. */
    public Future<Boolean> expire(DeviceRow row, Instant now) {
        return writer.submit(new DeviceChange(
                        row.key(),
                        current -> current.equals(row) ? transition.expire(current, now) : current,
                        "DEADLINE",
                        now,
                        row.reason() == null ? null : row.reason().name(),
                        false))
                .map(Optional::isPresent);
    }

    public Future<Map<DeviceState, Long>> counts(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT state, COUNT(*) AS n FROM device WHERE migration_id = #{migration_id} GROUP BY state")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    Map<DeviceState, Long> counts = new EnumMap<>(DeviceState.class);
                    for (DeviceState state : DeviceState.values()) {
                        counts.put(state, 0L);
                    }
                    rows.forEach(row -> counts.put(DeviceState.valueOf(row.getString("state")), row.getLong("n")));
                    return counts;
                });
    }

    /** Reasons of failed and excluded devices. */
    public Future<Map<FailureReason, Long>> reasons(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT reason, COUNT(*) AS n FROM device WHERE migration_id = #{migration_id}"
                                + " AND state IN ('FAILED', 'EXCLUDED') AND reason IS NOT NULL GROUP BY reason")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    Map<FailureReason, Long> reasons = new EnumMap<>(FailureReason.class);
                    rows.forEach(row -> reasons.put(FailureReason.valueOf(row.getString("reason")), row.getLong("n")));
                    return reasons;
                });
    }

    /** Which of these ids are devices of the migration in one of these states; pages of 200 ids. */
    public Future<List<String>> known(long migrationId, Collection<String> ids, Set<DeviceState> in) {
        if (ids.isEmpty() || in.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        String states = in.stream().map(state -> "'" + state.name() + "'").collect(Collectors.joining(", "));
        SqlTemplate<Map<String, Object>, io.vertx.sqlclient.RowSet<io.vertx.sqlclient.Row>> template =
                SqlTemplate.forQuery(reads, String.format(KNOWN, states));
        List<String> all = List.copyOf(ids);
        List<String> found = new ArrayList<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += LOOKUP) {
            List<String> page = all.subList(from, Math.min(from + LOOKUP, all.size()));
            Map<String, Object> parameters = new HashMap<>();
            parameters.put("migration_id", migrationId);
            for (int i = 0; i < LOOKUP; i++) {
                parameters.put("d" + i, page.get(Math.min(i, page.size() - 1)));
            }
            pages = pages.compose(done -> template.execute(parameters))
                    .onSuccess(rows -> rows.forEach(row -> found.add(row.getString("device_id"))))
                    .mapEmpty();
        }
        return pages.map(done -> found);
    }

    /** Reads every device in the order of ids, a page at a time. */
    public Future<Void> export(long migrationId, Consumer<DeviceRow> sink) {
        return exportAfter(migrationId, "", sink);
    }

    private Future<Void> exportAfter(long migrationId, String after, Consumer<DeviceRow> sink) {
        return query(
                        " AND device_id > #{after} ORDER BY device_id LIMIT #{limit}",
                        Map.of("migration_id", migrationId, "after", after, "limit", PAGE))
                .compose(rows -> {
                    rows.forEach(sink);
                    return rows.size() < PAGE
                            ? Future.succeededFuture()
                            : exportAfter(migrationId, rows.get(rows.size() - 1).deviceId(), sink);
                });
    }

    private Future<List<DeviceRow>> query(String condition, Map<String, Object> parameters) {
        return SqlTemplate.forQuery(reads, DeviceSql.SELECT + condition)
                .execute(parameters)
                .map(rows -> {
                    List<DeviceRow> list = new ArrayList<>(rows.size());
                    rows.forEach(row -> list.add(DeviceSql.row(row)));
                    return list;
                });
    }
}
