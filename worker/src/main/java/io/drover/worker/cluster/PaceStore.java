package io.drover.worker.cluster;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The ledger's {@link Pace} rows: a limit that all workers of a ledger keep together, even over a restart. */
public final class PaceStore {
    private final Pool reads;
    private final Transactions writes;
    private final Dialect dialect;
    private final Clock clock;

    public PaceStore(Pool reads, Transactions writes, Dialect dialect, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.dialect = dialect;
        this.clock = clock;
    }

    /**
     * Times at which calls may leave: the first at {@code first}, each other one {@code apart} later.
     *
     * @param perSecond the rate in force, slowed by throttling
     */
    public record Slots(Instant first, Duration apart, double perSecond) {}

    /** Reserves the next slots of a limit; what is reserved is not given back. */
    public Future<Slots> reserve(String name, double limit, int calls) {
        return change(name, limit, pace -> pace.reserved(micros(), limit, calls))
                .map(pace -> pace.slots(calls));
    }

    /** How long nobody may send; zero or less when a call reserved now may leave at once. */
    public Future<Duration> closedFor(String name) {
        return SqlTemplate.forQuery(reads, "SELECT next_at FROM pace WHERE name = #{name}")
                .execute(Map.of("name", name))
                .map(rows -> rows.size() == 0
                        ? Duration.ZERO
                        : Duration.of(rows.iterator().next().getLong("next_at") - micros(), ChronoUnit.MICROS));
    }

    /** Calls per second of every limit that was ever used, as in force now, by name. */
    public Future<Map<String, Double>> rates() {
        return reads.query("SELECT name, rate FROM pace ORDER BY name")
                .execute()
                .map(rows -> {
                    Map<String, Double> rates = new TreeMap<>();
                    rows.forEach(row -> rates.put(row.getString("name"), row.getLong("rate") / 1000.0));
                    return rates;
                });
    }

    /** The service said 429: nothing more leaves for this long, then at half the rate. */
    public Future<Void> throttled(String name, double limit, Duration retryAfter) {
        return change(name, limit, pace -> pace.throttled(micros(), limit, retryAfter))
                .mapEmpty();
    }

    private long micros() {
        return clock.millis() * 1000;
    }

    private Future<Pace> change(String name, double limit, UnaryOperator<Pace> change) {
        return writes.run(connection -> SqlTemplate.forUpdate(
                        connection,
                        "INSERT INTO pace (name, next_at, rate, granted, slowed_at) VALUES (#{name}, 0, #{rate}, 0, 0)"
                                + " ON CONFLICT (name) DO NOTHING")
                .execute(Map.of("name", name, "rate", Pace.thousandths(limit)))
                .compose(there -> read(connection, name))
                .map(change)
                .compose(next -> SqlTemplate.forUpdate(
                                connection,
                                "UPDATE pace SET next_at = #{next_at}, rate = #{rate}, granted = #{granted},"
                                        + " slowed_at = #{slowed_at}"
                                        + " WHERE name = #{name}")
                        .execute(Map.of(
                                "name",
                                name,
                                "next_at",
                                next.nextAt(),
                                "rate",
                                next.rate(),
                                "granted",
                                next.granted(),
                                "slowed_at",
                                next.slowedAt()))
                        .map(next)));
    }

    private Future<Pace> read(SqlConnection connection, String name) {
        return SqlTemplate.forQuery(
                        connection,
                        "SELECT next_at, rate, granted, slowed_at FROM pace WHERE name = #{name}" + dialect.waiting())
                .execute(Map.of("name", name))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new Pace(
                            row.getLong("next_at"),
                            row.getLong("rate"),
                            row.getLong("granted"),
                            row.getLong("slowed_at"));
                });
    }
}
