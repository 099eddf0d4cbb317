package io.drover.worker.migration;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The newest plan of each migration that was made through the API, with its devices. Safe from any context. */
public final class PlanStore {
    private static final int PAGE = 1000;

    private final Pool reads;
    private final Transactions writes;
    private final Clock clock;

    public PlanStore(Pool reads, Transactions writes, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.clock = clock;
    }

    /** How far a plan is. */
    public enum Status {
        PLANNING,
        READY,
        FAILED
    }

    /**
     * A plan without its devices.
     *
     * @param at when it was begun, or made
     * @param expiresAt null until it is made
     * @param summary JSON text, null until it is made
     * @param failure JSON text of a problem, or null
     * @param devicesDigest over its devices, null until it is made
     */
    public record Kept(
            String id,
            String migration,
            Status status,
            Instant at,
            Instant expiresAt,
            String summary,
            String failure,
            String devicesDigest) {}

    /** One device of a plan; no part is null but the template. */
    public record PlannedRow(
            String device,
            String template,
            String verdict,
            String reason,
            String action,
            String credential,
            String wave) {}

    /** A new plan is being made; the one before is forgotten. */
    public Future<Void> begin(String migration, String id) {
        return writes.run(connection -> forget(connection, migration)
                .compose(done -> SqlTemplate.forUpdate(
                                connection,
                                "INSERT INTO migration_plan (id, migration, status, at) VALUES (#{id}, #{migration},"
                                        + " 'PLANNING', #{at})")
                        .execute(Map.of("id", id, "migration", migration, "at", clock.millis())))
                .mapEmpty());
    }

    /** Forgets the migration's plan, as when its definition has changed. */
    public Future<Void> forget(String migration) {
        return writes.run(connection -> forget(connection, migration));
    }

    private static Future<Void> forget(SqlConnection connection, String migration) {
        Map<String, Object> values = Map.of("migration", migration);
        return SqlTemplate.forUpdate(
                        connection,
                        "DELETE FROM planned_device WHERE plan_id IN (SELECT id FROM migration_plan WHERE migration ="
                                + " #{migration})")
                .execute(values)
                .compose(done -> SqlTemplate.forUpdate(
                                connection, "DELETE FROM migration_plan WHERE migration = #{migration}")
                        .execute(values))
                .mapEmpty();
    }

    /** Keeps devices of a plan that is being made. Fails when it was forgotten meanwhile. */
    public Future<Void> add(String id, List<PlannedRow> devices) {
        List<Map<String, Object>> rows = devices.stream()
                .map(device -> {
                    Map<String, Object> values = new HashMap<>();
                    values.put("plan_id", id);
                    values.put("device_id", device.device());
                    values.put("template", device.template());
                    values.put("verdict", device.verdict());
                    values.put("reason", device.reason());
                    values.put("action", device.action());
                    values.put("credential", device.credential());
                    values.put("wave", device.wave());
                    return values;
                })
                .toList();
        return rows.isEmpty()
                ? Future.succeededFuture()
                : writes.run(connection -> SqlTemplate.forUpdate(
                                connection,
                                "INSERT INTO planned_device (plan_id, device_id, template, verdict, reason, action,"
                                        + " credential, wave) VALUES (#{plan_id}, #{device_id}, #{template}, #{verdict},"
                                        + " #{reason}, #{action}, #{credential}, #{wave})")
                        .executeBatch(rows)
                        .mapEmpty());
    }

    /** The plan is made. */
    public Future<Void> ready(String id, Instant expiresAt, String summary, String devicesDigest) {
        return end(id, Status.READY, expiresAt, summary, null, devicesDigest);
    }

    /** The plan could not be made. */
    public Future<Void> failed(String id, String failure) {
        return end(id, Status.FAILED, null, null, failure, null);
    }

    private Future<Void> end(
            String id, Status status, Instant expiresAt, String summary, String failure, String devicesDigest) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("status", status.name());
        values.put("at", clock.millis());
        values.put("expires_at", expiresAt == null ? null : expiresAt.toEpochMilli());
        values.put("summary", summary);
        values.put("failure", failure);
        values.put("devices_digest", devicesDigest);
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "UPDATE migration_plan SET status = #{status}, at = #{at}, expires_at = #{expires_at},"
                                + " summary = #{summary}, failure = #{failure}, devices_digest = #{devices_digest}"
                                + " WHERE id = #{id} AND status = 'PLANNING'")
                .execute(values)
                .mapEmpty());
    }

    /** Plans that were being made before then are not any more: who made them is gone. */
    public Future<Void> abandon(Instant begunBefore, String failure) {
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "UPDATE migration_plan SET status = 'FAILED', failure = #{failure} WHERE status = 'PLANNING'"
                                + " AND at < #{before}")
                .execute(Map.of("failure", failure, "before", begunBefore.toEpochMilli()))
                .mapEmpty());
    }

    /** The migration's plan. */
    public Future<Optional<Kept>> find(String migration) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM migration_plan WHERE migration = #{migration}")
                .execute(Map.of("migration", migration))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(kept(row));
                    }
                    return Optional.empty();
                });
    }

    /** The next devices of a plan, in the order of ids; a null part stands for any. */
    public Future<List<PlannedRow>> devices(String id, String verdict, String part, String after, int limit) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("after", after == null ? "" : after);
        values.put("limit", limit);
        StringBuilder sql =
                new StringBuilder("SELECT * FROM planned_device WHERE plan_id = #{id} AND device_id > #{after}");
        if (verdict != null) {
            sql.append(" AND verdict = #{verdict}");
            values.put("verdict", verdict);
        }
        if (part != null && !part.isEmpty()) {
            sql.append(" AND REPLACE(device_id, #{part}, '') <> device_id");
            values.put("part", part);
        }
        return SqlTemplate.forQuery(reads, sql + " ORDER BY device_id LIMIT #{limit}")
                .execute(values)
                .map(rows -> {
                    List<PlannedRow> devices = new ArrayList<>();
                    rows.forEach(row -> devices.add(planned(row)));
                    return devices;
                });
    }

    /** The verdict on each device, by id. */
    public Future<Map<String, String>> verdicts(String id) {
        return verdicts(id, "", new HashMap<>());
    }

    private Future<Map<String, String>> verdicts(String id, String after, Map<String, String> found) {
        return devices(id, null, null, after, PAGE).compose(page -> {
            page.forEach(device -> found.put(device.device(), device.verdict()));
            return page.size() < PAGE
                    ? Future.succeededFuture(found)
                    : verdicts(id, page.get(page.size() - 1).device(), found);
        });
    }

    private static PlannedRow planned(Row row) {
        return new PlannedRow(
                row.getString("device_id"),
                row.getString("template"),
                row.getString("verdict"),
                row.getString("reason"),
                row.getString("action"),
                row.getString("credential"),
                row.getString("wave"));
    }

    private static Kept kept(Row row) {
        Long expires = row.getLong("expires_at");
        return new Kept(
                row.getString("id"),
                row.getString("migration"),
                Status.valueOf(row.getString("status")),
                Instant.ofEpochMilli(row.getLong("at")),
                expires == null ? null : Instant.ofEpochMilli(expires),
                row.getString("summary"),
                row.getString("failure"),
                row.getString("devices_digest"));
    }
}
