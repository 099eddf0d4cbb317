package io.drover.worker.migration;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far the telemetry of a migration's target hubs was taken into the ledger, so that a restart need not read it again. */
public final class TelemetryPositionStore {
    private final Pool reads;
    private final Transactions writes;

    public TelemetryPositionStore(Pool reads, Transactions writes) {
        this.reads = reads;
        this.writes = writes;
    }

    /** The last sequence number taken in, by partition; partitions never read are missing. */
    public Future<Map<String, Long>> of(long migrationId, String hub) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT partition_id, sequence FROM telemetry_position"
                                + " WHERE migration_id = #{migration_id} AND hub = #{hub}")
                .execute(Map.of("migration_id", migrationId, "hub", hub))
                .map(rows -> {
                    Map<String, Long> positions = new HashMap<>();
                    rows.forEach(row -> positions.put(row.getString("partition_id"), row.getLong("sequence")));
                    return positions;
                });
    }

    /** Notes the last sequence numbers by partition; call when all that was seen before is committed. */
    public Future<Void> keep(long migrationId, String hub, Map<String, Long> positions) {
        if (positions.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Map<String, Object>> rows = positions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .<Map<String, Object>>map(position -> Map.of(
                        "migration_id",
                        migrationId,
                        "hub",
                        hub,
                        "partition_id",
                        position.getKey(),
                        "sequence",
                        position.getValue()))
                .toList();
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO telemetry_position (migration_id, hub, partition_id, sequence) VALUES"
                                + " (#{migration_id}, #{hub}, #{partition_id}, #{sequence})"
                                + " ON CONFLICT (migration_id, hub, partition_id)"
                                + " DO UPDATE SET sequence = excluded.sequence")
                .executeBatch(rows)
                .mapEmpty());
    }
}
