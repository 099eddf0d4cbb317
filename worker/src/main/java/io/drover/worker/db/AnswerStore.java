package io.drover.worker.db;

import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Answers to writes that carried an idempotency key, for a day, so that a repeated write is not carried out again. */
public final class AnswerStore {
    private static final Duration KEPT = Duration.ofDays(1);
    /** Who has not answered by then is gone: its write may be carried out anew. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Pool reads;
    private final Transactions writes;
    private final Clock clock;

    AnswerStore(Pool reads, Transactions writes, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.clock = clock;
    }

    /** Whose key it is; each caller has keys of its own. */
    public record Key(String caller, String key) {}

    /**
     * What is kept under a key.
     *
     * @param requestHash of the write that it was first used for
     * @param status 0 while that one is under way
     * @param location or null
     * @param body or null
     */
    public record Kept(String requestHash, int status, String location, String body) {
        /** Whether the first write is still under way. */
        public boolean underWay() {
            return status == 0;
        }
    }

    /** Takes the key for this write: empty when it was free, else what is kept under it. */
    public Future<Optional<Kept>> take(Key key, String requestHash) {
        long now = clock.millis();
        Map<String, Object> values = Map.of(
                "caller",
                key.caller(),
                "key",
                key.key(),
                "hash",
                requestHash,
                "at",
                now,
                "day_ago",
                now - KEPT.toMillis(),
                "lost",
                now - LONGEST.toMillis());
        return writes.run(connection -> SqlTemplate.forUpdate(
                                connection,
                                "DELETE FROM idempotent_answer WHERE at < #{day_ago} OR (status IS NULL AND at < #{lost})")
                        .execute(values)
                        .compose(done -> SqlTemplate.forUpdate(
                                        connection,
                                        "INSERT INTO idempotent_answer (caller, key, request_hash, at) VALUES (#{caller},"
                                                + " #{key}, #{hash}, #{at}) ON CONFLICT DO NOTHING")
                                .execute(values))
                        .map(done -> done.rowCount() > 0))
                .compose(taken -> taken ? Future.succeededFuture(Optional.empty()) : find(key));
    }

    private Future<Optional<Kept>> find(Key key) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM idempotent_answer WHERE caller = #{caller} AND key = #{key}")
                .execute(Map.of("caller", key.caller(), "key", key.key()))
                .map(rows -> {
                    for (Row row : rows) {
                        Integer status = row.getInteger("status");
                        return Optional.of(new Kept(
                                row.getString("request_hash"),
                                status == null ? 0 : status,
                                row.getString("location"),
                                row.getString("body")));
                    }
                    return Optional.empty();
                });
    }

    /** Keeps the answer to the write that took the key. */
    public Future<Void> answered(Key key, int status, String location, String body) {
        Map<String, Object> values = new HashMap<>();
        values.put("caller", key.caller());
        values.put("key", key.key());
        values.put("status", status);
        values.put("location", location);
        values.put("body", body);
        return update(
                "UPDATE idempotent_answer SET status = #{status}, location = #{location}, body = #{body}"
                        + " WHERE caller = #{caller} AND key = #{key}",
                values);
    }

    /** Frees the key, as its write was not carried out. */
    public Future<Void> free(Key key) {
        return update(
                "DELETE FROM idempotent_answer WHERE caller = #{caller} AND key = #{key} AND status IS NULL",
                Map.of("caller", key.caller(), "key", key.key()));
    }

    private Future<Void> update(String sql, Map<String, Object> values) {
        return writes.run(connection ->
                SqlTemplate.forUpdate(connection, sql).execute(values).mapEmpty());
    }
}
