package io.drover.worker.migration;

import io.drover.worker.migration.AuditStore.Act;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The ledger's migrations and waves; a migration is known by its name. */
public final class MigrationStore {
    private final Pool reads;
    private final Transactions writes;
    private final AuditStore audit;
    private final Clock clock;

    public MigrationStore(Pool reads, Transactions writes, AuditStore audit, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What a migration is made of.
     *
     * @param rollout text of the policy's part that may not change once its waves are laid out
     * @param returns id of the migration whose devices it brings back, or null
     */
    public record Definition(
            String name,
            String application,
            String group,
            String target,
            TargetKind targetKind,
            String verification,
            String rollout,
            MigrationState initially,
            Long returns) {
        /** A migration that moves forward. */
        public Definition(
                String name,
                String application,
                String group,
                String target,
                TargetKind targetKind,
                String verification,
                String rollout,
                MigrationState initially) {
            this(name, application, group, target, targetKind, verification, rollout, initially, null);
        }

        /** A migration to a provisioning service. */
        public Definition(
                String name,
                String application,
                String group,
                String provisioningService,
                String verification,
                String rollout,
                MigrationState initially) {
            this(
                    name,
                    application,
                    group,
                    provisioningService,
                    TargetKind.PROVISIONING_SERVICE,
                    verification,
                    rollout,
                    initially);
        }
    }

    /**
     * The migration of this name, created when new. Fails with IllegalArgumentException when the name stands for
     * another source, target or layout of waves: continuing would mix two migrations in one ledger.
     */
    public Future<Migration> createOrGet(Definition wanted) {
        Map<String, Object> values = new HashMap<>();
        values.put("name", wanted.name());
        values.put("application", wanted.application());
        values.put("device_group", wanted.group());
        values.put("target", wanted.target());
        values.put("target_kind", wanted.targetKind().name());
        values.put("verification", wanted.verification());
        values.put("rollout", wanted.rollout());
        values.put("state", wanted.initially().name());
        values.put("returns", wanted.returns());
        values.put("at", clock.instant().toEpochMilli());
        return update(
                        "INSERT INTO migration (id, name, source_application, source_group,"
                                + " target, target_kind, verification, rollout, state, state_at, created_at, returns)"
                                + " VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM migration), #{name}, #{application},"
                                + " #{device_group}, #{target}, #{target_kind}, #{verification}, #{rollout}, #{state}, #{at}, #{at},"
                                + " #{returns})"
                                + " ON CONFLICT DO NOTHING",
                        values)
                .compose(done -> find(wanted.name()))
                // Another worker took this id for another migration at the same moment: the next one is free.
                .compose(found -> found.isEmpty()
                        ? createOrGet(wanted)
                        : rollout(wanted.name()).compose(rollout -> same(found, rollout, wanted)));
    }

    private Future<Optional<String>> rollout(String name) {
        return SqlTemplate.forQuery(reads, "SELECT rollout FROM migration WHERE name = #{name}")
                .execute(Map.of("name", name))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getString("rollout")));
    }

    private static Future<Migration> same(Optional<Migration> found, Optional<String> rollout, Definition wanted) {
        return found.filter(migration -> migration.sourceApplication().equals(wanted.application())
                        && migration.sourceGroup().equals(wanted.group())
                        && migration.target().equals(wanted.target())
                        && migration.targetKind() == wanted.targetKind()
                        && migration.verification().equals(wanted.verification())
                        && Objects.equals(migration.returns(), wanted.returns())
                        && rollout.filter(wanted.rollout()::equals).isPresent())
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(new IllegalArgumentException("The ledger's migration '"
                        + wanted.name()
                        + "' has another source, target, verification or layout of waves than the configuration."
                        + " Choose another migration.name, or correct the configuration.")));
    }

    public Future<Optional<Migration>> find(String name) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM migration WHERE name = #{name}")
                .execute(Map.of("name", name))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(migration(rows.iterator().next())));
    }

    /** The migration as it stands now. Fails when it is not there any more. */
    public Future<Migration> get(long id) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM migration WHERE id = #{id}")
                .execute(Map.of("id", id))
                .map(rows -> migration(rows.iterator().next()));
    }

    /**
     * Moves the migration if it is in one of these states and records that; completes with the audit's new head hash, or
     * empty when it is in another state.
     */
    public Future<Optional<String>> move(long id, Set<MigrationState> from, MigrationState to, String reason, Act act) {
        return writes.run(connection ->
                move(connection, id, from, to, reason).compose(moved -> recorded(connection, moved, act)));
    }

    /**
     * Lets a paused migration run again in spite of its failures so far, from which the error threshold counts anew.
     *
     * @param heldBecomes what a held wave becomes
     */
    public Future<Optional<String>> resume(long id, long failures, long arrivals, WaveState heldBecomes, Act act) {
        return writes.run(connection -> move(
                        connection, id, Set.of(MigrationState.PAUSED), MigrationState.RUNNING, null)
                .compose(moved -> moved
                        ? SqlTemplate.forUpdate(
                                        connection,
                                        "UPDATE migration SET accepted_failures = #{failures}, accepted_arrivals ="
                                                + " #{arrivals} WHERE id = #{id}")
                                .execute(Map.of("id", id, "failures", failures, "arrivals", arrivals))
                                .compose(done -> held(connection, id, heldBecomes))
                                .compose(done -> recorded(connection, true, act))
                        : Future.succeededFuture(Optional.empty())));
    }

    private Future<Optional<String>> recorded(SqlConnection connection, boolean changed, Act act) {
        return changed ? audit.append(connection, act).map(Optional::of) : Future.succeededFuture(Optional.empty());
    }

    private Future<Boolean> move(
            SqlConnection connection, long id, Set<MigrationState> from, MigrationState to, String reason) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("state", to.name());
        values.put("reason", reason);
        values.put("at", clock.instant().toEpochMilli());
        values.put("started_at", to == MigrationState.RUNNING ? clock.instant().toEpochMilli() : null);
        values.put("finished_at", to.isFinal() ? clock.instant().toEpochMilli() : null);
        List<String> states =
                from.stream().map(state -> "'" + state.name() + "'").toList();
        return SqlTemplate.forUpdate(
                        connection,
                        "UPDATE migration SET state = #{state}, state_reason = #{reason}, state_at = #{at},"
                                + " started_at = COALESCE(started_at, #{started_at}), finished_at = #{finished_at}"
                                + " WHERE id = #{id} AND state IN (" + String.join(", ", states) + ")")
                .execute(values)
                .map(done -> done.rowCount() > 0);
    }

    private Future<?> held(SqlConnection connection, long id, WaveState becomes) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("state", becomes.name());
        values.put("completed_at", completedAt(becomes));
        return SqlTemplate.forUpdate(
                        connection,
                        "UPDATE wave SET state = #{state}, completed_at = #{completed_at}"
                                + " WHERE migration_id = #{id} AND state = 'HELD'")
                .execute(values);
    }

    private Long completedAt(WaveState state) {
        return state == WaveState.COMPLETE ? clock.instant().toEpochMilli() : null;
    }

    private Future<Boolean> update(String sql, Map<String, Object> values) {
        return writes.run(connection ->
                SqlTemplate.forUpdate(connection, sql).execute(values).map(done -> done.rowCount() > 0));
    }

    /** Says that the selection was read to its end: an empty migration is only finished after this. */
    public Future<Void> discovered(long id) {
        return stamp(id, "discovered_at", clock.instant());
    }

    /** A complete look at the target that began at this time is over. */
    public Future<Void> looked(long id, Instant began) {
        return stamp(id, "looked_at", began);
    }

    private Future<Void> stamp(long id, String column, Instant at) {
        return update(
                        "UPDATE migration SET " + column + " = #{at} WHERE id = #{id}",
                        Map.of("id", id, "at", at.toEpochMilli()))
                .mapEmpty();
    }

    /** Lays the waves out; those already there stay as they are. */
    public Future<Void> layOut(long id, List<String> names) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            rows.add(Map.of("migration_id", id, "number", i + 1, "name", names.get(i)));
        }
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO wave (migration_id, number, name, state) VALUES (#{migration_id}, #{number},"
                                + " #{name}, 'PLANNED') ON CONFLICT (migration_id, number) DO NOTHING")
                .executeBatch(rows)
                .mapEmpty());
    }

    /** The waves in order. */
    public Future<List<Wave>> waves(long id) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM wave WHERE migration_id = #{id} ORDER BY number")
                .execute(Map.of("id", id))
                .map(rows -> {
                    List<Wave> waves = new ArrayList<>();
                    rows.forEach(row -> waves.add(new Wave(
                            row.getInteger("number"),
                            row.getString("name"),
                            WaveState.valueOf(row.getString("state")),
                            instant(row.getLong("opened_at")),
                            instant(row.getLong("deadline_at")),
                            instant(row.getLong("completed_at")))));
                    return waves;
                });
    }

    /** Opens a planned wave and records that; false when it is open already. */
    public Future<Boolean> open(long id, int number, Instant deadline, Act act) {
        Map<String, Object> values = new HashMap<>();
        values.put("id", id);
        values.put("number", number);
        values.put("at", clock.instant().toEpochMilli());
        values.put("deadline_at", deadline == null ? null : deadline.toEpochMilli());
        return recorded(
                "UPDATE wave SET state = 'OPEN', opened_at = #{at}, deadline_at = #{deadline_at}"
                        + " WHERE migration_id = #{id} AND number = #{number} AND state = 'PLANNED'",
                values,
                act);
    }

    /** Completes an open wave and records that; false when it is not open. */
    public Future<Boolean> complete(long id, int number, Act act) {
        return recorded(
                "UPDATE wave SET state = 'COMPLETE', completed_at = #{at}"
                        + " WHERE migration_id = #{id} AND number = #{number} AND state = 'OPEN'",
                Map.of("id", id, "number", number, "at", clock.instant().toEpochMilli()),
                act);
    }

    /** Holds an open wave, pauses the migration that runs, and records that; false when either is not so. */
    public Future<Boolean> hold(long id, int number, String reason, Act act) {
        return writes.run(connection -> move(
                        connection, id, Set.of(MigrationState.RUNNING), MigrationState.PAUSED, reason)
                .compose(moved -> moved
                        ? SqlTemplate.forUpdate(
                                        connection,
                                        "UPDATE wave SET state = 'HELD' WHERE migration_id = #{id}"
                                                + " AND number = #{number} AND state = 'OPEN'")
                                .execute(Map.of("id", id, "number", number))
                                .compose(done -> recorded(connection, true, act))
                        : Future.succeededFuture(Optional.<String>empty()))
                .map(Optional::isPresent));
    }

    private Future<Boolean> recorded(String sql, Map<String, Object> values, Act act) {
        return writes.run(connection -> SqlTemplate.forUpdate(connection, sql)
                .execute(values)
                .compose(done -> recorded(connection, done.rowCount() > 0, act))
                .map(Optional::isPresent));
    }

    static Migration migration(Row row) {
        return new Migration(
                row.getLong("id"),
                row.getString("name"),
                row.getString("source_application"),
                row.getString("source_group"),
                row.getString("target"),
                TargetKind.valueOf(row.getString("target_kind")),
                row.getString("verification"),
                MigrationState.valueOf(row.getString("state")),
                row.getString("state_reason"),
                instant(row.getLong("state_at")),
                instant(row.getLong("created_at")),
                instant(row.getLong("discovered_at")),
                instant(row.getLong("started_at")),
                instant(row.getLong("looked_at")),
                instant(row.getLong("finished_at")),
                row.getLong("accepted_failures"),
                row.getLong("accepted_arrivals"),
                row.getLong("returns"));
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
