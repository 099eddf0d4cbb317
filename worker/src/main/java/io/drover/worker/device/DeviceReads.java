package io.drover.worker.device;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.IdQuery;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads of the ledger's devices; nothing here changes one. Safe from any context. */
public final class DeviceReads {
    private static final int PAGE = 1000;
    private static final int LOOKUP = 200;
    private static final String KNOWN = "SELECT device_id FROM device WHERE migration_id = #{migration_id}%s"
            + " AND device_id IN (" + DeviceSql.placeholders(LOOKUP) + ")";

    private static final String KNOWN_BEFORE = "SELECT device_id FROM known_before WHERE migration_id ="
            + " #{migration_id} AND device_id IN (" + DeviceSql.placeholders(LOOKUP) + ")";

    private static final String RETURNED = "SELECT device_id FROM device WHERE state = 'MIGRATED' AND migration_id IN"
            + " (SELECT id FROM migration WHERE returns = #{migration_id}) AND device_id IN ("
            + DeviceSql.placeholders(LOOKUP) + ")";

    private static final String REMOVED = "SELECT device_id FROM source_removal WHERE migration_id = #{migration_id}"
            + " AND device_id IN (" + DeviceSql.placeholders(LOOKUP) + ")";

    /** Migrations out of one and the same source, at least one of which is a return. */
    private static final String OTHERS = "SELECT o.id FROM migration o, migration m"
            + " WHERE m.id = #{migration_id} AND o.id <> m.id AND o.state NOT IN ('FINISHED', 'ABORTED')"
            + " AND (o.returns IS NOT NULL OR m.returns IS NOT NULL)"
            + " AND COALESCE((SELECT f.source_application FROM migration f WHERE f.id = o.returns), o.source_application)"
            + " = COALESCE((SELECT f.source_application FROM migration f WHERE f.id = m.returns), m.source_application)";

    private static final String ELSEWHERE = "SELECT device_id FROM device WHERE state NOT IN ('MIGRATED', 'EXCLUDED',"
            + " 'FAILED', 'CANCELLED') AND migration_id IN (" + OTHERS + ") AND device_id IN ("
            + DeviceSql.placeholders(LOOKUP) + ")";

    private final Pool reads;
    private final IdQuery states;

    DeviceReads(Pool reads, Dialect dialect) {
        this.reads = reads;
        // With the revision, which no other index has: SQLite would go through all of one that has the rest.
        this.states = new IdQuery("SELECT device_id, state, revision FROM device WHERE 1 = 1", "", dialect);
    }

    /** The state of each of these devices, by id; those left out that the migration does not know. */
    public Future<Map<String, DeviceState>> states(long migrationId, Collection<String> ids) {
        return states(reads, migrationId, ids);
    }

    private Future<Map<String, DeviceState>> states(SqlClient client, long migrationId, Collection<String> ids) {
        List<String> all = List.copyOf(ids);
        Map<String, DeviceState> found = new HashMap<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += IdQuery.MOST) {
            List<String> page = all.subList(from, Math.min(from + IdQuery.MOST, all.size()));
            pages = pages.compose(done -> states.execute(client, migrationId, page))
                    .onSuccess(rows ->
                            rows.forEach(row -> found.put(row.getString(0), DeviceState.valueOf(row.getString(1)))))
                    .mapEmpty();
        }
        return pages.map(done -> found);
    }

    /** Counts by wave, state and reason. */
    public Future<DeviceCounts> counts(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT wave, state, reason, n FROM device_count WHERE migration_id = #{migration_id} AND n <> 0")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    List<DeviceCounts.Entry> entries = new ArrayList<>();
                    rows.forEach(row -> entries.add(new DeviceCounts.Entry(
                            row.getInteger("wave"),
                            DeviceState.valueOf(row.getString("state")),
                            row.getString("reason").isEmpty() ? null : FailureReason.valueOf(row.getString("reason")),
                            row.getLong("n"))));
                    return new DeviceCounts(entries);
                });
    }

    /** Rows whose deadline has passed, the longest passed first. */
    public Future<List<DeviceRow>> overdue(long migrationId, Instant now, int limit) {
        return query(
                " AND deadline_at IS NOT NULL AND deadline_at <= #{now} ORDER BY deadline_at LIMIT #{limit}",
                Map.of("migration_id", migrationId, "now", now.toEpochMilli(), "limit", limit));
    }

    /** A wave's pending devices, the first in its order. */
    public Future<List<DeviceRow>> pending(long migrationId, int wave, int limit) {
        return query(
                DeviceSql.in(DeviceState.PENDING) + " AND wave = #{wave} ORDER BY position, device_id LIMIT #{limit}",
                Map.of("migration_id", migrationId, "wave", wave, "limit", limit));
    }

    /** The latest deadline of any device in flight: when an aborted migration is quiet, at this state of things. */
    public Future<Optional<Instant>> lastDeadline(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT MAX(deadline_at) AS latest FROM device WHERE migration_id = #{migration_id}"
                                + " AND deadline_at IS NOT NULL"
                                + " AND (state IN ('ACCEPTED', 'ASSIGNED', 'CONNECTED') OR (state = 'COMMANDED' AND"
                                + " (negative IS NOT NULL OR owner IS NULL OR owner NOT LIKE 'job/%')))")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> Optional.ofNullable(rows.iterator().next().getLong("latest"))
                        .map(Instant::ofEpochMilli));
    }

    /** Devices that this worker commanded and that have not answered. */
    Future<List<DeviceRow>> ownedBy(long migrationId, String owner) {
        return query(
                DeviceSql.BY_STATE + " AND state = 'COMMANDED' AND negative IS NULL AND owner = #{owner}",
                Map.of("migration_id", migrationId, "owner", owner));
    }

    /** How many devices this owner has commanded that have not answered. */
    public Future<Integer> unanswered(long migrationId, String owner) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COUNT(*) AS n FROM device WHERE migration_id = #{migration_id}" + DeviceSql.BY_STATE
                                + " AND state = 'COMMANDED' AND negative IS NULL AND owner = #{owner}")
                .execute(Map.of("migration_id", migrationId, "owner", owner))
                .map(rows -> rows.iterator().next().getInteger("n"));
    }

    /** The rows of those among these ids that are devices of the migration. */
    public Future<Map<String, DeviceRow>> rows(long migrationId, Collection<String> ids) {
        List<String> all = List.copyOf(ids);
        Map<String, DeviceRow> found = new HashMap<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += LOOKUP) {
            List<String> page = all.subList(from, Math.min(from + LOOKUP, all.size()));
            pages = pages.compose(done -> query(
                            " AND device_id IN (" + DeviceSql.placeholders(LOOKUP) + ")",
                            DeviceSql.listed(Map.of("migration_id", migrationId), page, LOOKUP)))
                    .onSuccess(rows -> rows.forEach(row -> found.put(row.deviceId(), row)))
                    .mapEmpty();
        }
        return pages.map(done -> found);
    }

    /** The workers whose commands have not been answered; a job's devices are the job's, whoever leads. */
    public Future<Set<String>> ownersInFlight(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT DISTINCT owner FROM device WHERE migration_id = #{migration_id}"
                                + DeviceSql.BY_STATE
                                + " AND state = 'COMMANDED' AND negative IS NULL AND owner IS NOT NULL"
                                + " AND owner NOT LIKE 'job/%'")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    Set<String> owners = new HashSet<>();
                    rows.forEach(row -> owners.add(row.getString("owner")));
                    return owners;
                });
    }

    /** One device. */
    public Future<Optional<DeviceRow>> find(DeviceKey key) {
        return query(
                        " AND device_id = #{device_id}",
                        Map.of("migration_id", key.migrationId(), "device_id", key.deviceId()))
                .map(rows -> rows.stream().findFirst());
    }

    /** Which of these ids are devices of the migration in one of these states; pages of 200 ids. */
    public Future<List<String>> known(long migrationId, Collection<String> ids, Set<DeviceState> in) {
        return in.isEmpty()
                ? Future.succeededFuture(List.of())
                : known(reads, migrationId, ids, " AND state IN (" + names(in) + ")");
    }

    /** Which of these ids are devices of the migration. */
    Future<Set<String>> known(SqlClient client, long migrationId, Collection<String> ids) {
        return states(client, migrationId, ids).map(Map::keySet);
    }

    private static Future<List<String>> known(
            SqlClient client, long migrationId, Collection<String> ids, String condition) {
        return found(KNOWN.formatted(condition), client, migrationId, ids);
    }

    private static Future<List<String>> found(String sql, SqlClient client, long migrationId, Collection<String> ids) {
        SqlTemplate<Map<String, Object>, RowSet<Row>> template = SqlTemplate.forQuery(client, sql);
        List<String> all = List.copyOf(ids);
        List<String> found = new ArrayList<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += LOOKUP) {
            List<String> page = all.subList(from, Math.min(from + LOOKUP, all.size()));
            Map<String, Object> parameters = DeviceSql.listed(Map.of("migration_id", migrationId), page, LOOKUP);
            pages = pages.compose(done -> template.execute(parameters))
                    .onSuccess(rows -> rows.forEach(row -> found.add(row.getString("device_id"))))
                    .mapEmpty();
        }
        return pages.map(done -> found);
    }

    /** Which of these devices the target had as provisioned before they were admitted there. */
    public Future<Set<String>> knownBefore(long migrationId, Collection<String> ids) {
        return ids.isEmpty()
                ? Future.succeededFuture(Set.of())
                : found(KNOWN_BEFORE, reads, migrationId, ids).map(Set::copyOf);
    }

    /** Which of these devices of a migration have been brought back by another one. */
    public Future<Set<String>> returned(long forwardId, Collection<String> ids) {
        return ids.isEmpty()
                ? Future.succeededFuture(Set.of())
                : found(RETURNED, reads, forwardId, ids).map(Set::copyOf);
    }

    /** Which of these devices of a migration were deleted at the source. */
    public Future<Set<String>> removed(long migrationId, Collection<String> ids) {
        return ids.isEmpty()
                ? Future.succeededFuture(Set.of())
                : found(REMOVED, reads, migrationId, ids).map(Set::copyOf);
    }

    /** Which of these devices are on their way in a return, or in a migration out of the same source where this is one. */
    public Future<List<String>> elsewhere(long migrationId, Collection<String> ids) {
        return elsewhere(reads, migrationId, ids);
    }

    /** How many devices of a migration have been brought back. */
    public Future<Long> returned(long forwardId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COALESCE(SUM(n), 0) AS n FROM device_count WHERE state = 'MIGRATED' AND migration_id IN"
                                + " (SELECT id FROM migration WHERE returns = #{migration_id})")
                .execute(Map.of("migration_id", forwardId))
                .map(rows -> rows.iterator().next().getLong("n"));
    }

    /** Which of these devices are on their way in another migration that this one would work against. */
    static Future<List<String>> elsewhere(SqlClient client, long migrationId, Collection<String> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return SqlTemplate.forQuery(client, OTHERS)
                .execute(Map.of("migration_id", migrationId))
                .compose(others -> others.size() == 0
                        ? Future.succeededFuture(List.of())
                        : found(ELSEWHERE, client, migrationId, ids));
    }

    /** Hands over the devices of these states that were ever commanded, in the order of ids, in pages of at most 1,000. */
    public Future<Void> eachCommandedPage(
            long migrationId, Set<DeviceState> in, Function<List<DeviceRow>, Future<Void>> handler) {
        return eachPageAfter(migrationId, " AND attempt > 0 AND state IN (" + names(in) + ")", "", handler);
    }

    private static String names(Set<DeviceState> states) {
        return states.stream().map(state -> "'" + state.name() + "'").collect(Collectors.joining(", "));
    }

    /** Hands over every device in the order of ids, a page at a time, waiting for the handler. */
    public Future<Void> eachPage(long migrationId, Function<List<DeviceRow>, Future<Void>> handler) {
        return eachPageAfter(migrationId, "", "", handler);
    }

    private Future<Void> eachPageAfter(
            long migrationId, String condition, String after, Function<List<DeviceRow>, Future<Void>> handler) {
        return query(
                        condition + " AND device_id > #{after} ORDER BY device_id LIMIT #{limit}",
                        Map.of("migration_id", migrationId, "after", after, "limit", PAGE))
                .compose(rows -> handler.apply(rows)
                        .compose(done -> rows.size() < PAGE
                                ? Future.succeededFuture()
                                : eachPageAfter(
                                        migrationId,
                                        condition,
                                        rows.get(rows.size() - 1).deviceId(),
                                        handler)));
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
