package io.drover.worker.migration;

import io.drover.worker.device.DeviceState;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Lists of migrations and drafts, and of the audit, a page at a time, the newest first. Safe from any context. */
public final class MigrationSearch {
    /** The state of what is not in the ledger as a migration yet. */
    public static final String DRAFT = "DRAFT";

    /** As many names as a page may have. */
    public static final int MOST = Names.MOST;

    private static final String EVERY = "(SELECT name, created_at, state FROM migration UNION ALL"
            + " SELECT d.name, d.created_at, 'DRAFT' AS state FROM migration_definition d WHERE NOT EXISTS"
            + " (SELECT 1 FROM migration m WHERE m.name = d.name)) AS every_one";

    private final Pool reads;

    public MigrationSearch(Pool reads) {
        this.reads = reads;
    }

    /** One that was found. */
    public record Found(String name, Instant createdAt) {}

    /** Those in this state, with this in their name, made before the given one; null for any, any and the newest. */
    public Future<List<Found>> page(String state, String part, Found after, int limit) {
        Map<String, Object> values = new HashMap<>();
        StringBuilder sql = new StringBuilder("SELECT name, created_at FROM " + EVERY + " WHERE 1 = 1");
        if (state != null) {
            sql.append(" AND state = #{state}");
            values.put("state", state);
        }
        if (part != null && !part.isEmpty()) {
            sql.append(" AND REPLACE(LOWER(name), LOWER(#{part}), '') <> LOWER(name)");
            values.put("part", part);
        }
        if (after != null) {
            sql.append(" AND (created_at < #{at} OR (created_at = #{at} AND name < #{after}))");
            values.put("at", after.createdAt().toEpochMilli());
            values.put("after", after.name());
        }
        values.put("limit", limit);
        return SqlTemplate.forQuery(reads, sql + " ORDER BY created_at DESC, name DESC LIMIT #{limit}")
                .execute(values)
                .map(rows -> {
                    List<Found> found = new ArrayList<>();
                    rows.forEach(row -> found.add(
                            new Found(row.getString("name"), Instant.ofEpochMilli(row.getLong("created_at")))));
                    return found;
                });
    }

    /** The migrations among these names, by name; a draft is none. */
    public Future<Map<String, Migration>> named(List<String> names) {
        return names.isEmpty()
                ? Future.succeededFuture(Map.of())
                : SqlTemplate.forQuery(reads, "SELECT * FROM migration WHERE " + Names.condition("name", names))
                        .execute(Names.values(names))
                        .map(rows -> {
                            Map<String, Migration> found = new HashMap<>();
                            rows.forEach(row -> found.put(row.getString("name"), MigrationStore.migration(row)));
                            return found;
                        });
    }

    /** Devices by state of each of these migrations. */
    public Future<Map<Long, Map<DeviceState, Long>>> counts(Collection<Long> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        String list = ids.stream().map(id -> Long.toString(id)).collect(Collectors.joining(", "));
        return reads.query("SELECT migration_id, state, SUM(n) AS n FROM device_count WHERE migration_id IN (" + list
                        + ") GROUP BY migration_id, state")
                .execute()
                .map(rows -> {
                    Map<Long, Map<DeviceState, Long>> counts = new HashMap<>();
                    rows.forEach(row -> counts.computeIfAbsent(
                                    row.getLong("migration_id"), id -> new EnumMap<>(DeviceState.class))
                            .put(DeviceState.valueOf(row.getString("state")), row.getLong("n")));
                    return counts;
                });
    }

    /** Which audit records; a null part stands for any. */
    public record AuditFilter(String migration, String actor, String verb) {}

    /** Records before this sequence, the newest first. */
    public Future<List<AuditStore.Entry>> audit(AuditFilter filter, long before, int limit) {
        Map<String, Object> values = new HashMap<>();
        StringBuilder sql = new StringBuilder("SELECT * FROM audit WHERE sequence < #{before}");
        values.put("before", before);
        values.put("limit", limit);
        add(sql, values, "migration", filter.migration());
        add(sql, values, "actor", filter.actor());
        add(sql, values, "verb", filter.verb());
        return SqlTemplate.forQuery(reads, sql + " ORDER BY sequence DESC LIMIT #{limit}")
                .execute(values)
                .map(AuditStore::entries);
    }

    /** Records after this sequence, the oldest first; of one migration, or with null of all. */
    public Future<List<AuditStore.Entry>> auditSince(String migration, long after, int limit) {
        Map<String, Object> values = new HashMap<>();
        StringBuilder sql = new StringBuilder("SELECT * FROM audit WHERE sequence > #{after}");
        values.put("after", after);
        values.put("limit", limit);
        add(sql, values, "migration", migration);
        return SqlTemplate.forQuery(reads, sql + " ORDER BY sequence LIMIT #{limit}")
                .execute(values)
                .map(AuditStore::entries);
    }

    /** The newest record's sequence; 0 before the first. */
    public Future<Long> auditEnd() {
        return reads.query("SELECT COALESCE(MAX(sequence), 0) AS n FROM audit")
                .execute()
                .map(rows -> rows.iterator().next().getLong("n"));
    }

    private static void add(StringBuilder sql, Map<String, Object> values, String column, String value) {
        if (value != null) {
            sql.append(" AND ").append(column).append(" = #{").append(column).append('}');
            values.put(column, value);
        }
    }
}
