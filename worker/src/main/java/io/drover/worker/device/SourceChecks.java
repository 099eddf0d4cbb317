package io.drover.worker.device;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which moved devices were looked for at the source after their arrival, and which of them were alive there too. */
public final class SourceChecks {
    private final Pool reads;
    private final Transactions writes;

    public SourceChecks(Pool reads, Transactions writes) {
        this.reads = reads;
        this.writes = writes;
    }

    /** How many were looked for, and how many of these were alive on both sides. */
    public record Tally(long looked, long alive) {}

    /** The next devices after this id, in the order of ids, that arrived before then and were not looked for yet. */
    public Future<List<DeviceRow>> due(long migrationId, String after, Instant arrivedBefore, int limit) {
        return rows(
                DeviceSql.BY_STATE
                        + " AND state = 'MIGRATED' AND finished_at <= #{before} AND device_id > #{after} AND NOT EXISTS"
                        + " (SELECT 1 FROM source_check c WHERE c.migration_id = device.migration_id"
                        + " AND c.device_id = device.device_id) ORDER BY device_id LIMIT #{limit}",
                Map.of(
                        "migration_id",
                        migrationId,
                        "before",
                        arrivedBefore.toEpochMilli(),
                        "after",
                        after,
                        "limit",
                        limit));
    }

    /** Keeps what a look showed; the first one counts. */
    public Future<Void> keep(DeviceRow device, Instant at, boolean alive) {
        Map<String, Object> values = new HashMap<>();
        values.put("migration_id", device.key().migrationId());
        values.put("device_id", device.deviceId());
        values.put("at", at.toEpochMilli());
        values.put("alive", alive ? 1 : 0);
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO source_check (migration_id, device_id, looked_at, alive) VALUES (#{migration_id},"
                                + " #{device_id}, #{at}, #{alive}) ON CONFLICT (migration_id, device_id) DO NOTHING")
                .execute(values)
                .mapEmpty());
    }

    /** How many were alive on both sides; costs next to nothing. */
    public Future<Long> alive(long migrationId) {
        return number(
                "SELECT COUNT(*) AS n FROM source_check WHERE migration_id = #{migration_id} AND alive = 1",
                migrationId);
    }

    /** Whether one device was alive on both sides; empty while nobody has looked. */
    public Future<Optional<Boolean>> aliveOf(long migrationId, String deviceId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT alive FROM source_check WHERE migration_id = #{migration_id} AND device_id = #{device_id}")
                .execute(Map.of("migration_id", migrationId, "device_id", deviceId))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getInteger("alive") == 1));
    }

    /** Both numbers. */
    public Future<Tally> tally(long migrationId) {
        return number("SELECT COUNT(*) AS n FROM source_check WHERE migration_id = #{migration_id}", migrationId)
                .compose(looked -> alive(migrationId).map(alive -> new Tally(looked, alive)));
    }

    /** The first of those that were alive on both sides, in the order of ids. */
    public Future<List<DeviceRow>> aliveDevices(long migrationId, int limit) {
        return rows(
                " AND device_id IN (SELECT device_id FROM source_check WHERE migration_id = #{migration_id} AND alive = 1)"
                        + " ORDER BY device_id LIMIT #{limit}",
                Map.of("migration_id", migrationId, "limit", limit));
    }

    private Future<Long> number(String sql, long migrationId) {
        return SqlTemplate.forQuery(reads, sql)
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> rows.iterator().next().getLong("n"));
    }

    private Future<List<DeviceRow>> rows(String condition, Map<String, Object> parameters) {
        return SqlTemplate.forQuery(reads, DeviceSql.SELECT + condition)
                .execute(parameters)
                .map(found -> {
                    List<DeviceRow> rows = new ArrayList<>();
                    found.forEach(row -> rows.add(DeviceSql.row(row)));
                    return rows;
                });
    }
}
