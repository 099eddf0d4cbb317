package io.drover.worker.device;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which devices' data is to be compared at the target, and what was found otherwise than equal: paths, never values. */
public final class OwnedStore {
    private static final int LOOKUP = 100;

    private static final String DUE = DeviceSql.SELECT + DeviceSql.BY_STATE + " AND state IN ('ASSIGNED', 'CONNECTED')"
            + " AND (twin IS NULL OR twin <> 'EQUAL') AND NOT EXISTS (SELECT 1 FROM device_owned o"
            + " WHERE o.migration_id = device.migration_id AND o.device_id = device.device_id AND o.next_at > #{now})"
            + " ORDER BY position, device_id LIMIT #{limit}";

    private static final String KEEP =
            "INSERT INTO device_owned (migration_id, device_id, tries, next_at, differences) VALUES (#{migration_id},"
                    + " #{device_id}, #{tries}, #{next_at}, #{differences}) ON CONFLICT (migration_id, device_id)"
                    + " DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at, differences = excluded.differences";

    private final Pool reads;
    private final Transactions writes;

    public OwnedStore(Pool reads, Transactions writes) {
        this.reads = reads;
        this.writes = writes;
    }

    /**
     * What was found of one device.
     *
     * @param tries comparisons that came to no end
     * @param differences a text for each path, for a person
     */
    public record Found(String deviceId, int tries, Instant nextAt, List<String> differences) {
        public Found {
            differences = List.copyOf(differences);
        }
    }

    /** Devices that arrived and whose data is not yet known to be there, the first in their order. */
    public Future<List<DeviceRow>> due(long migrationId, Instant now, int limit) {
        return SqlTemplate.forQuery(reads, DUE)
                .execute(Map.of("migration_id", migrationId, "now", now.toEpochMilli(), "limit", limit))
                .map(rows -> {
                    List<DeviceRow> due = new ArrayList<>();
                    rows.forEach(row -> due.add(DeviceSql.row(row)));
                    return due;
                });
    }

    /** Keeps what was found; repeating it changes nothing. */
    public Future<Void> keep(long migrationId, List<Found> found) {
        List<Map<String, Object>> rows = found.stream()
                .map(one -> Map.<String, Object>of(
                        "migration_id", migrationId,
                        "device_id", one.deviceId(),
                        "tries", one.tries(),
                        "next_at", one.nextAt().toEpochMilli(),
                        "differences", String.join("\n", one.differences())))
                .toList();
        return rows.isEmpty()
                ? Future.succeededFuture()
                : writes.run(connection -> SqlTemplate.forUpdate(connection, KEEP)
                        .executeBatch(rows)
                        .mapEmpty());
    }

    /** What is kept of these devices, by id. */
    public Future<Map<String, Found>> found(long migrationId, Collection<String> ids) {
        List<String> all = List.copyOf(ids);
        Map<String, Found> found = new HashMap<>();
        Future<Void> pages = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += LOOKUP) {
            List<String> page = all.subList(from, Math.min(from + LOOKUP, all.size()));
            pages = pages.compose(done -> SqlTemplate.forQuery(
                                    reads,
                                    "SELECT device_id, tries, next_at, differences FROM device_owned"
                                            + " WHERE migration_id = #{migration_id} AND device_id IN ("
                                            + DeviceSql.placeholders(LOOKUP) + ")")
                            .execute(DeviceSql.listed(Map.of("migration_id", migrationId), page, LOOKUP)))
                    .onSuccess(rows -> rows.forEach(row -> found.put(row.getString("device_id"), found(row))))
                    .mapEmpty();
        }
        return pages.map(done -> found);
    }

    /** The first devices, in the order of ids, whose last comparison did not end equal. */
    public Future<List<Found>> different(long migrationId, int limit) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT o.device_id, o.tries, o.next_at, o.differences FROM device_owned o JOIN device d"
                                + " ON d.migration_id = o.migration_id AND d.device_id = o.device_id"
                                + " WHERE o.migration_id = #{migration_id} AND d.twin IS NOT NULL AND d.twin <> 'EQUAL'"
                                + " ORDER BY o.device_id LIMIT #{limit}")
                .execute(Map.of("migration_id", migrationId, "limit", limit))
                .map(rows -> {
                    List<Found> found = new ArrayList<>();
                    rows.forEach(row -> found.add(found(row)));
                    return found;
                });
    }

    private static Found found(Row row) {
        String text = row.getString("differences");
        return new Found(
                row.getString("device_id"),
                row.getInteger("tries"),
                Instant.ofEpochMilli(row.getLong("next_at")),
                text.isEmpty() ? List.of() : List.of(text.split("\n", -1)));
    }

    /** How many devices were compared, by outcome. */
    public Future<Map<TwinOutcome, Long>> outcomes(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT twin, COUNT(*) AS n FROM device WHERE migration_id = #{migration_id}"
                                + " AND twin IS NOT NULL GROUP BY twin")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    Map<TwinOutcome, Long> outcomes = new EnumMap<>(TwinOutcome.class);
                    rows.forEach(row -> outcomes.put(TwinOutcome.valueOf(row.getString("twin")), row.getLong("n")));
                    return outcomes;
                });
    }
}
