package io.drover.worker.migration;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Who did what, when and why: append-only, each record's hash covering the record and the hash before it, so that a
 * record changed, removed or put in breaks the chain from there on. Removing the newest records shows against a head
 * hash noted elsewhere, which every verb prints.
 */
public final class AuditStore {
    /** The hash before the first record. */
    public static final String ROOT = "0".repeat(64);

    private static final int PAGE = 1000;

    private final Pool reads;
    private final Transactions writes;
    private final String turn;
    private final Clock clock;

    public AuditStore(Pool reads, Transactions writes, Dialect dialect, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.turn = "SELECT name FROM turn WHERE name = 'audit'" + dialect.waiting();
        this.clock = clock;
    }

    /** What is to be recorded. */
    public record Act(String actor, String verb, String migration, String detail) {}

    /** One record. */
    public record Entry(
            long sequence,
            Instant at,
            String actor,
            String verb,
            String migration,
            String detail,
            String previous,
            String hash) {
        /** What the hash has to be. */
        public String expectedHash() {
            return AuditStore.hash(sequence, at, actor, verb, migration, detail, previous);
        }
    }

    /** Appends in a transaction of its own; completes with the new head hash. */
    public Future<String> append(Act act) {
        return writes.run(connection -> append(connection, act));
    }

    /** Appends in the transaction of what is recorded, so that neither is without the other. */
    Future<String> append(SqlConnection connection, Act act) {
        return connection
                .query(turn)
                .execute()
                .compose(mine -> head(connection))
                .compose(head -> {
                    Map<String, Object> values = record(act, head);
                    return SqlTemplate.forUpdate(
                                    connection,
                                    "INSERT INTO audit (sequence, at, actor, verb, migration, detail, previous_hash,"
                                            + " hash) VALUES (#{sequence}, #{at}, #{actor}, #{verb}, #{migration},"
                                            + " #{detail}, #{previous_hash}, #{hash})")
                            .execute(values)
                            .map(done -> (String) values.get("hash"));
                });
    }

    private Map<String, Object> record(Act act, Head head) {
        long sequence = head.sequence() + 1;
        Instant at = Instant.ofEpochMilli(clock.millis());
        Map<String, Object> values = new HashMap<>();
        values.put("sequence", sequence);
        values.put("at", at.toEpochMilli());
        values.put("actor", act.actor());
        values.put("verb", act.verb());
        values.put("migration", act.migration());
        values.put("detail", act.detail());
        values.put("previous_hash", head.hash());
        values.put("hash", hash(sequence, at, act.actor(), act.verb(), act.migration(), act.detail(), head.hash()));
        return values;
    }

    private record Head(long sequence, String hash) {}

    /** The newest record's hash, which a later verification must pass through; {@link #ROOT} before the first. */
    public Future<String> head() {
        return head(reads).map(Head::hash);
    }

    private static Future<Head> head(SqlClient client) {
        return client.query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
                .execute()
                .map(rows -> {
                    for (Row row : rows) {
                        return new Head(row.getLong("sequence"), row.getString("hash"));
                    }
                    return new Head(0, ROOT);
                });
    }

    /** Hands over every record in order, a page at a time. */
    public Future<Void> eachPage(Function<List<Entry>, Future<Void>> handler) {
        return eachPageAfter(0, handler);
    }

    private Future<Void> eachPageAfter(long after, Function<List<Entry>, Future<Void>> handler) {
        return SqlTemplate.forQuery(
                        reads, "SELECT * FROM audit WHERE sequence > #{after} ORDER BY sequence LIMIT " + PAGE)
                .execute(Map.of("after", after))
                .map(AuditStore::entries)
                .compose(page -> handler.apply(page)
                        .compose(done -> page.size() < PAGE
                                ? Future.succeededFuture()
                                : eachPageAfter(page.get(page.size() - 1).sequence(), handler)));
    }

    static List<Entry> entries(RowSet<Row> rows) {
        List<Entry> entries = new ArrayList<>();
        rows.forEach(row -> entries.add(new Entry(
                row.getLong("sequence"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("actor"),
                row.getString("verb"),
                row.getString("migration"),
                row.getString("detail"),
                row.getString("previous_hash"),
                row.getString("hash"))));
        return entries;
    }

    /** Each field goes in with its length, so that no two records have the same text. */
    static String hash(
            long sequence, Instant at, String actor, String verb, String migration, String detail, String previous) {
        StringBuilder text = new StringBuilder();
        for (String field : new String[] {
            Long.toString(sequence), Long.toString(at.toEpochMilli()), actor, verb, migration, detail, previous
        }) {
            text.append(field == null ? "-" : field.length() + ":" + field).append('\n');
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
