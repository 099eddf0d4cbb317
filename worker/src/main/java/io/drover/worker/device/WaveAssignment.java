package io.drover.worker.device;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.util.List;
import java.util.Map;

/** Puts pending devices into waves, in pages. Safe from any context. */
final class WaveAssignment {
    private static final int PAGE = 5000;

    private final Transactions writes;
    private final String turn;

    WaveAssignment(Transactions writes, Dialect dialect) {
        this.writes = writes;
        this.turn = "SELECT id FROM migration WHERE id = #{migration_id}" + dialect.waiting();
    }

    /** As {@link DeviceStore#assign(long, int, int, long)}. */
    Future<Integer> assign(long migrationId, int from, int wave, long devices) {
        int page = (int) Math.min(devices, PAGE);
        return page(migrationId, from, wave, page)
                .compose(assigned -> assigned < page || devices == page
                        ? Future.succeededFuture(assigned)
                        : assign(migrationId, from, wave, devices - page).map(more -> assigned + more));
    }

    private Future<Integer> page(long migrationId, int from, int wave, int limit) {
        Map<String, Object> parameters =
                Map.of("migration_id", migrationId, "from", from, "wave", wave, "limit", limit);
        return writes.run(connection -> inTurn(connection, migrationId)
                .compose(mine -> SqlTemplate.forUpdate(
                                connection,
                                "UPDATE device SET wave = #{wave}, revision = revision + 1 WHERE migration_id = #{migration_id}"
                                        + " AND device_id IN (SELECT device_id FROM device WHERE migration_id = #{migration_id}"
                                        + DeviceSql.in(DeviceState.PENDING)
                                        + " AND wave = #{from} ORDER BY position, device_id LIMIT #{limit})")
                        .execute(parameters)
                        .compose(assigned -> {
                            DeviceCounts.Delta delta = new DeviceCounts.Delta();
                            delta.add(from, DeviceState.PENDING, null, -assigned.rowCount());
                            delta.add(wave, DeviceState.PENDING, null, assigned.rowCount());
                            return add(connection, delta.parameters(migrationId))
                                    .map(done -> assigned.rowCount());
                        })));
    }

    /** One at a time per migration adds devices or lays them out, whichever worker it is. */
    Future<?> inTurn(SqlConnection connection, long migrationId) {
        return SqlTemplate.forQuery(connection, turn).execute(Map.of("migration_id", migrationId));
    }

    /** Adds to the counts in the transaction of the moves. */
    static Future<Void> add(SqlConnection connection, List<Map<String, Object>> counts) {
        return counts.isEmpty()
                ? Future.succeededFuture()
                : SqlTemplate.forUpdate(connection, DeviceSql.COUNT)
                        .executeBatch(counts)
                        .mapEmpty();
    }
}
