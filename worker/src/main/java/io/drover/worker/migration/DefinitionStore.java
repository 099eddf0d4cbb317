package io.drover.worker.migration;

import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
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

/** What migrations were asked to do through the API: drafts, and what serving workers carry out. Safe from any context. */
public final class DefinitionStore {
    private static final String DRAFT =
            " AND NOT EXISTS (SELECT 1 FROM migration m" + " WHERE m.name = migration_definition.name)";

    private final Pool reads;
    private final Transactions writes;
    private final AuditStore audit;
    private final Clock clock;

    public DefinitionStore(Pool reads, Transactions writes, AuditStore audit, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Which devices a return brings back.
     *
     * @param forward name of the migration that moved them
     * @param wave null for all
     * @param devices empty for all
     */
    public record Return(String forward, Integer wave, List<String> devices) {
        public Return {
            devices = List.copyOf(devices);
        }
    }

    /**
     * One of them.
     *
     * @param definition JSON text; null for a return
     * @param revision of the definition, from 1 on
     * @param appliedAt null for a draft
     * @param planId the plan it must begin under, or null
     * @param startAt not before this time, or null
     * @param returning null for a migration that moves forward
     */
    public record Kept(
            String name,
            String definition,
            long revision,
            Instant createdAt,
            String createdBy,
            Instant appliedAt,
            String appliedBy,
            String planId,
            Instant startAt,
            Return returning) {}

    /** Keeps a new draft and records that; false when the name is in use. */
    public Future<Boolean> create(String name, String definition, Act act) {
        return insert(name, definition, null, act);
    }

    /** Keeps that the worker's configuration file defines a migration; changes nothing when that is known. */
    public Future<Void> ofFile(String name, String actor) {
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO migration_definition (name, revision, created_at, created_by) VALUES (#{name}, 1,"
                                + " #{at}, #{actor}) ON CONFLICT DO NOTHING")
                .execute(Map.of("name", name, "at", clock.millis(), "actor", actor))
                .mapEmpty());
    }

    /** Keeps a return that is applied from the first and records that; false when the name is in use. */
    public Future<Boolean> create(String name, Return returning, Act act) {
        return insert(name, null, returning, act);
    }

    private Future<Boolean> insert(String name, String definition, Return returning, Act act) {
        Map<String, Object> values = new HashMap<>();
        values.put("name", name);
        values.put("definition", definition);
        values.put("at", clock.millis());
        values.put("actor", act.actor());
        values.put("applied_at", returning == null ? null : clock.millis());
        values.put("applied_by", returning == null ? null : act.actor());
        values.put("returns", returning == null ? null : returning.forward());
        values.put("return_wave", returning == null ? null : returning.wave());
        values.put("return_devices", returning == null ? null : new JsonArray(returning.devices()).encode());
        return recorded(
                "INSERT INTO migration_definition (name, definition, revision, created_at, created_by, applied_at,"
                        + " applied_by, returns, return_wave, return_devices) SELECT #{name}, #{definition}, 1, #{at},"
                        + " #{actor}, #{applied_at}, #{applied_by}, #{returns}, #{return_wave}, #{return_devices}"
                        + " WHERE NOT EXISTS (SELECT 1 FROM migration WHERE name = #{name}) ON CONFLICT DO NOTHING",
                values,
                act);
    }

    /** The one of this name. */
    public Future<Optional<Kept>> find(String name) {
        return query(" WHERE name = #{name}", Map.of("name", name))
                .map(found -> found.stream().findFirst());
    }

    /** Those of these names, by name. */
    public Future<Map<String, Kept>> named(List<String> names) {
        return names.isEmpty()
                ? Future.succeededFuture(Map.of())
                : query(" WHERE " + Names.condition("name", names), Names.values(names))
                        .map(found -> {
                            Map<String, Kept> all = new HashMap<>();
                            found.forEach(one -> all.put(one.name(), one));
                            return all;
                        });
    }

    /**
     * Changes a draft of this revision and records that; false when it is another one, or no draft any more. One that was
     * applied and could not begin has to be applied again.
     */
    public Future<Boolean> change(String name, long revision, String definition, Act act) {
        return recorded(
                "UPDATE migration_definition SET definition = #{definition}, revision = revision + 1,"
                        + " applied_at = NULL, applied_by = NULL, plan_id = NULL, start_at = NULL"
                        + " WHERE name = #{name} AND revision = #{revision}" + DRAFT,
                Map.of("name", name, "revision", revision, "definition", definition),
                act);
    }

    /** Forgets a draft and records that; false when there is no draft of this name. */
    public Future<Boolean> delete(String name, Act act) {
        return recorded("DELETE FROM migration_definition WHERE name = #{name}" + DRAFT, Map.of("name", name), act);
    }

    /** From now on serving workers carry it out; records that. {@code planId} and {@code startAt} may be null. */
    public Future<Boolean> apply(String name, String planId, Instant startAt, Act act) {
        Map<String, Object> values = new HashMap<>();
        values.put("name", name);
        values.put("at", clock.millis());
        values.put("actor", act.actor());
        values.put("plan_id", planId);
        values.put("start_at", startAt == null ? null : startAt.toEpochMilli());
        return recorded(
                "UPDATE migration_definition SET applied_at = #{at}, applied_by = COALESCE(applied_by, #{actor}),"
                        + " plan_id = COALESCE(plan_id, #{plan_id}), start_at = COALESCE(start_at, #{start_at})"
                        + " WHERE name = #{name}",
                values,
                act);
    }

    /** Whether it is still as it was when it was read. */
    public Future<Boolean> isAsRead(Kept kept) {
        return find(kept.name()).map(now -> now.filter(kept::equals).isPresent());
    }

    /** It is a draft again, as it must not begin; records why. Nothing changes once it has begun. */
    public Future<Boolean> giveBack(String name, Act act) {
        return recorded(
                "UPDATE migration_definition SET applied_at = NULL, applied_by = NULL, plan_id = NULL, start_at = NULL"
                        + " WHERE name = #{name} AND NOT EXISTS (SELECT 1 FROM migration m"
                        + " WHERE m.name = migration_definition.name)",
                Map.of("name", name),
                act);
    }

    /** Those that serving workers have to begin or to go on with, the first applied first. */
    public Future<List<Kept>> pending() {
        return query(
                " WHERE applied_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM migration m"
                        + " WHERE m.name = migration_definition.name AND m.state IN ('FINISHED', 'ABORTED'))"
                        + " ORDER BY applied_at, name",
                Map.of());
    }

    private Future<Boolean> recorded(String sql, Map<String, Object> values, Act act) {
        return writes.run(connection -> SqlTemplate.forUpdate(connection, sql)
                .execute(values)
                .compose(done -> record(connection, done.rowCount() > 0, act)));
    }

    private Future<Boolean> record(SqlConnection connection, boolean changed, Act act) {
        return changed ? audit.append(connection, act).map(true) : Future.succeededFuture(false);
    }

    private Future<List<Kept>> query(String condition, Map<String, Object> values) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM migration_definition" + condition)
                .execute(values)
                .map(rows -> {
                    List<Kept> found = new ArrayList<>();
                    rows.forEach(row -> found.add(kept(row)));
                    return found;
                });
    }

    private static Kept kept(Row row) {
        String forward = row.getString("returns");
        return new Kept(
                row.getString("name"),
                row.getString("definition"),
                row.getLong("revision"),
                instant(row.getLong("created_at")),
                row.getString("created_by"),
                instant(row.getLong("applied_at")),
                row.getString("applied_by"),
                row.getString("plan_id"),
                instant(row.getLong("start_at")),
                forward == null
                        ? null
                        : new Return(
                                forward,
                                row.getInteger("return_wave"),
                                new JsonArray(row.getString("return_devices"))
                                        .stream().map(Object::toString).toList()));
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
