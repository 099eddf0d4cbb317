package io.drover.worker.sql;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Function;

/**
 * Runs work in a transaction of the ledger: all of it is committed, or none. Work may run again when the database asks
 * for it, so it must do nothing but read and write the ledger.
 *
 * <p>SQLite's driver begins the next transaction together with each commit and so would keep other processes from
 * writing for ever; there the transaction is begun and ended by statements of our own.
 */
public final class Transactions {
    private static final int TRIES = 5;
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final Vertx vertx;
    private final Pool pool;
    private final MeterRegistry meters;

    private Transactions(Vertx vertx, Pool pool, MeterRegistry meters) {
        this.meters = meters;
        this.vertx = vertx;
        this.pool = pool;
    }

    /** For SQLite; waits for the writer of another process as long as the connection's busy timeout says. */
    public static Transactions ofSqlite(Pool pool, MeterRegistry meters) {
        return new Transactions(null, pool, meters);
    }

    /** For PostgreSQL; what two transactions cannot do at once is done again by the one that was turned back. */
    public static Transactions ofPostgres(Vertx vertx, Pool pool, MeterRegistry meters) {
        return new Transactions(vertx, pool, meters);
    }

    /** Fails with what the work or the commit failed with; nothing of it is then kept. */
    public <T> Future<T> run(Function<SqlConnection, Future<T>> work) {
        Timer.Sample sample = Timer.start(meters);
        return (vertx == null ? byStatement(work) : attempt(work, 1))
                .onComplete(done -> sample.stop(Timer.builder("drover.ledger.transactions")
                        .description("Transactions of the ledger, with the wait for a connection")
                        .tag("outcome", done.succeeded() ? "committed" : "failed")
                        .serviceLevelObjectives(BUCKETS)
                        .register(meters)));
    }

    private <T> Future<T> byStatement(Function<SqlConnection, Future<T>> work) {
        return pool.withConnection(connection -> execute(connection, "BEGIN IMMEDIATE")
                .compose(begun -> Future.succeededFuture().compose(ready -> work.apply(connection)))
                .compose(
                        result -> execute(connection, "COMMIT").map(result),
                        failure -> execute(connection, "ROLLBACK").transform(ended -> Future.failedFuture(failure))));
    }

    private <T> Future<T> attempt(Function<SqlConnection, Future<T>> work, int number) {
        return pool.withTransaction(work)
                .recover(failure -> number < TRIES && SqlFailure.isTurnedBack(failure)
                        ? vertx.timer(FIRST_PAUSE_MILLIS << number).compose(passed -> attempt(work, number + 1))
                        : Future.failedFuture(failure));
    }

    private static Future<Void> execute(SqlConnection connection, String statement) {
        return connection.query(statement).execute().mapEmpty();
    }
}
