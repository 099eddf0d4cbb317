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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The ledger's IoT Central jobs and the way in which each wave is commanded. Every move is guarded by the state it leaves. */
public final class JobStore {
    private static final String MOVE = "UPDATE job SET state = #{to}, state_reason = #{reason}, state_at = #{at}"
            + " WHERE job_id = #{job_id} AND state = #{from}";

    private final Pool reads;
    private final Transactions writes;
    private final AuditStore audit;
    private final Clock clock;

    public JobStore(Pool reads, Transactions writes, AuditStore audit, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Waves whose devices may not be commanded singly at present.
     *
     * @param byJob whether a wave that is not decided yet may get a job
     */
    public Future<Set<Integer>> held(long migrationId, boolean byJob) {
        return numbers(
                "SELECT number FROM wave WHERE migration_id = #{id} AND (" + (byJob ? "way IS NULL OR " : "")
                        + "EXISTS (SELECT 1 FROM job WHERE job.migration_id = wave.migration_id"
                        + " AND job.wave = wave.number AND job.state <> 'DONE'))",
                migrationId);
    }

    /** Opened waves of which it is not decided how they are commanded. */
    public Future<Set<Integer>> undecided(long migrationId) {
        return numbers(
                "SELECT number FROM wave WHERE migration_id = #{id} AND way IS NULL AND state <> 'PLANNED'",
                migrationId);
    }

    private Future<Set<Integer>> numbers(String sql, long migrationId) {
        return SqlTemplate.forQuery(reads, sql)
                .execute(Map.of("id", migrationId))
                .map(rows -> {
                    Set<Integer> numbers = new HashSet<>();
                    rows.forEach(row -> numbers.add(row.getInteger("number")));
                    return numbers;
                });
    }

    /** Decides that a wave is commanded singly and records that; false when it is decided already. */
    public Future<Boolean> singly(long migrationId, int wave, Act act) {
        return writes.run(connection -> decide(connection, migrationId, wave, "COMMAND")
                .compose(decided -> decided ? audit.append(connection, act).map(true) : Future.succeededFuture(false)));
    }

    /** Decides that a wave is commanded by a job, which then is CLAIMING; false when it is decided already. */
    public Future<Boolean> create(long migrationId, int wave, String group) {
        return writes.run(connection -> decide(connection, migrationId, wave, "JOB")
                .compose(decided -> decided
                        ? insert(connection, migrationId, wave, 1, null, group).map(true)
                        : Future.succeededFuture(false)));
    }

    /** Ends a settling job by one more that commands its failed devices again; false when it is not settling. */
    public Future<Boolean> rerun(Job job) {
        return writes.run(connection -> move(connection, job, JobState.SETTLING, JobState.DONE, "rerun")
                .compose(moved -> moved
                        ? insert(connection, job.migrationId(), job.wave(), job.number() + 1, job.id(), job.group())
                                .map(true)
                        : Future.succeededFuture(false)));
    }

    private Future<Boolean> decide(SqlConnection connection, long migrationId, int wave, String way) {
        return SqlTemplate.forUpdate(
                        connection,
                        "UPDATE wave SET way = #{way} WHERE migration_id = #{id} AND number = #{wave} AND way IS NULL")
                .execute(Map.of("id", migrationId, "wave", wave, "way", way))
                .map(done -> done.rowCount() > 0);
    }

    /** The id is drawn once and kept: no other ledger that works on the application has it, and a restart finds it. */
    private Future<?> insert(
            SqlConnection connection, long migrationId, int wave, int number, String reruns, String group) {
        String drawn = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        Map<String, Object> values = new HashMap<>();
        values.put("migration_id", migrationId);
        values.put("wave", wave);
        values.put("number", number);
        values.put("job_id", "drover-" + migrationId + "-" + wave + "-" + number + "-" + drawn);
        values.put("reruns", reruns);
        values.put("device_group", group);
        values.put("at", clock.millis());
        return SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO job (migration_id, wave, number, job_id, reruns, device_group, devices, state,"
                                + " state_at, created_at) VALUES (#{migration_id}, #{wave}, #{number}, #{job_id},"
                                + " #{reruns}, #{device_group}, 0, 'CLAIMING', #{at}, #{at})")
                .execute(values);
    }

    /** All its devices are claimed: from now on it may be started; false when it is not CLAIMING. */
    public Future<Boolean> ready(Job job, int devices, String template) {
        return writes.run(connection -> move(connection, job, JobState.CLAIMING, JobState.STARTING, null)
                .compose(moved -> moved
                        ? SqlTemplate.forUpdate(
                                        connection,
                                        "UPDATE job SET devices = #{devices}, template = #{template}"
                                                + " WHERE job_id = #{job_id}")
                                .execute(Map.of("devices", devices, "template", template, "job_id", job.id()))
                                .map(true)
                        : Future.succeededFuture(false)));
    }

    /** Moves a job that stands as given, and records that; false when it stands elsewhere by now. */
    public Future<Boolean> move(Job job, JobState to, String reason, Act act) {
        return writes.run(connection -> move(connection, job, job.state(), to, reason)
                .compose(moved -> moved && act != null
                        ? audit.append(connection, act).map(true)
                        : Future.succeededFuture(moved)));
    }

    private Future<Boolean> move(SqlConnection connection, Job job, JobState from, JobState to, String reason) {
        Map<String, Object> values = new HashMap<>();
        values.put("job_id", job.id());
        values.put("from", from.name());
        values.put("to", to.name());
        values.put("reason", reason);
        values.put("at", clock.millis());
        return SqlTemplate.forUpdate(connection, MOVE).execute(values).map(done -> done.rowCount() > 0);
    }

    /** Notes a look at the source's side of the job. */
    public Future<Void> polled(Job job) {
        return stamp(job, "polled_at");
    }

    /** Notes that the devices that it has at the source are those claimed for it. */
    public Future<Void> listed(Job job) {
        return stamp(job, "listed_at");
    }

    /** Notes that it was seen at rest; the first time counts. */
    public Future<Void> rested(Job job) {
        return job.restedAt() == null ? stamp(job, "rested_at") : Future.succeededFuture();
    }

    private Future<Void> stamp(Job job, String column) {
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection, "UPDATE job SET " + column + " = #{at} WHERE job_id = #{job_id}")
                .execute(Map.of("at", clock.millis(), "job_id", job.id()))
                .mapEmpty());
    }

    /** Jobs that are not done, in order. */
    public Future<List<Job>> open(long migrationId) {
        return SqlTemplate.forQuery(
                        reads, "SELECT * FROM job WHERE migration_id = #{id} AND state <> 'DONE' ORDER BY wave, number")
                .execute(Map.of("id", migrationId))
                .map(rows -> {
                    List<Job> jobs = new ArrayList<>();
                    rows.forEach(row -> jobs.add(job(row)));
                    return jobs;
                });
    }

    /** The job with this id. */
    public Future<Optional<Job>> find(String jobId) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM job WHERE job_id = #{job_id}")
                .execute(Map.of("job_id", jobId))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(job(rows.iterator().next())));
    }

    /** How many jobs of this ledger may be at work in an application. */
    public Future<Integer> atWork(String application) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COUNT(*) AS n FROM job JOIN migration ON migration.id = job.migration_id"
                                + " WHERE migration.source_application = #{application}"
                                + " AND migration.state NOT IN ('FINISHED', 'ABORTED')"
                                + " AND job.state IN ('CLAIMING', 'STARTING', 'RUNNING', 'HELD', 'ENDING')")
                .execute(Map.of("application", application))
                .map(rows -> rows.iterator().next().getInteger("n"));
    }

    /** Notes which command records of a device have been judged. */
    public Future<Void> judged(long migrationId, String deviceId, Collection<String> records) {
        List<Map<String, Object>> rows = new ArrayList<>();
        records.forEach(
                record -> rows.add(Map.of("migration_id", migrationId, "device_id", deviceId, "record_id", record)));
        return rows.isEmpty()
                ? Future.succeededFuture()
                : writes.run(connection -> SqlTemplate.forUpdate(
                                connection,
                                "INSERT INTO job_record (migration_id, device_id, record_id) VALUES"
                                        + " (#{migration_id}, #{device_id}, #{record_id})"
                                        + " ON CONFLICT (migration_id, device_id, record_id) DO NOTHING")
                        .executeBatch(rows)
                        .mapEmpty());
    }

    /** The command records of a device that have been judged. */
    public Future<Set<String>> judged(long migrationId, String deviceId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT record_id FROM job_record WHERE migration_id = #{id} AND device_id = #{device_id}")
                .execute(Map.of("id", migrationId, "device_id", deviceId))
                .map(rows -> {
                    Set<String> records = new HashSet<>();
                    rows.forEach(row -> records.add(row.getString("record_id")));
                    return records;
                });
    }

    private static Job job(Row row) {
        return new Job(
                row.getLong("migration_id"),
                row.getInteger("wave"),
                row.getInteger("number"),
                row.getString("job_id"),
                row.getString("reruns"),
                row.getString("device_group"),
                row.getString("template"),
                row.getInteger("devices"),
                JobState.valueOf(row.getString("state")),
                row.getString("state_reason"),
                instant(row.getLong("state_at")),
                instant(row.getLong("created_at")),
                instant(row.getLong("listed_at")),
                instant(row.getLong("rested_at")));
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
