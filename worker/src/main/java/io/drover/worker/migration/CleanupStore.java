package io.drover.worker.migration;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The newest cleanup of each migration that was asked for through the API, or its rehearsal. Safe from any context. */
public final class CleanupStore {
    private final Pool reads;
    private final Transactions writes;
    private final Clock clock;

    public CleanupStore(Pool reads, Transactions writes, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.clock = clock;
    }

    /** How far it is. */
    public enum Status {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * One of them.
     *
     * @param after as it was asked for, such as 7d
     * @param at when it began, or ended
     * @param verdicts JSON text of devices by verdict so far, or null
     * @param failure JSON text of a problem, or null
     */
    public record Kept(Status status, boolean dryRun, String after, Instant at, String verdicts, String failure) {}

    /** Keeps how far it is. */
    public Future<Void> keep(String migration, Kept now) {
        Map<String, Object> values = new HashMap<>();
        values.put("migration", migration);
        values.put("status", now.status().name());
        values.put("dry_run", now.dryRun() ? 1 : 0);
        values.put("after", now.after());
        values.put("at", clock.millis());
        values.put("verdicts", now.verdicts());
        values.put("failure", now.failure());
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO cleanup (migration, status, dry_run, after_text, at, verdicts, failure) VALUES"
                                + " (#{migration}, #{status}, #{dry_run}, #{after}, #{at}, #{verdicts}, #{failure})"
                                + " ON CONFLICT (migration) DO UPDATE SET status = excluded.status,"
                                + " dry_run = excluded.dry_run, after_text = excluded.after_text, at = excluded.at,"
                                + " verdicts = excluded.verdicts, failure = excluded.failure")
                .execute(values)
                .mapEmpty());
    }

    /** Those that ran before then do not any more: who ran them is gone. */
    public Future<Void> abandon(Instant before, String failure) {
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "UPDATE cleanup SET status = 'FAILED', failure = #{failure} WHERE status = 'RUNNING'"
                                + " AND at < #{before}")
                .execute(Map.of("failure", failure, "before", before.toEpochMilli()))
                .mapEmpty());
    }

    /** The migration's newest one. */
    public Future<Optional<Kept>> find(String migration) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM cleanup WHERE migration = #{migration}")
                .execute(Map.of("migration", migration))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(new Kept(
                                Status.valueOf(row.getString("status")),
                                row.getInteger("dry_run") == 1,
                                row.getString("after_text"),
                                Instant.ofEpochMilli(row.getLong("at")),
                                row.getString("verdicts"),
                                row.getString("failure")));
                    }
                    return Optional.empty();
                });
    }
}
