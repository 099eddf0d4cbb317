package io.drover.worker.sql;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;

/**
 * Runs work in a transaction of the ledger: all of it is committed, or none.
 *
 * <p>SQLite's driver begins the next transaction together with each commit and so would keep other processes from
 * writing for ever; there the transaction is begun and ended by statements of our own.
 */
public final class Transactions {
    private final Pool pool;
    private final boolean byStatement;

    private Transactions(Pool pool, boolean byStatement) {
        this.pool = pool;
        this.byStatement = byStatement;
    }

    /** For SQLite; waits for the writer of another process as long as the connection's busy timeout says. */
    public static Transactions ofSqlite(Pool pool) {
        return new Transactions(pool, true);
    }

    /** The pool, for statements that are a transaction of their own. */
    public Pool pool() {
        return pool;
    }

    /** Fails with what the work or the commit failed with; nothing of it is then kept. */
    public <T> Future<T> run(Function<SqlConnection, Future<T>> work) {
        return byStatement
                ? pool.withConnection(connection -> execute(connection, "BEGIN IMMEDIATE")
                        .compose(begun -> Future.succeededFuture().compose(ready -> work.apply(connection)))
                        .compose(
                                result -> execute(connection, "COMMIT").map(result),
                                failure -> execute(connection, "ROLLBACK")
                                        .transform(ended -> Future.failedFuture(failure))))
                : pool.withTransaction(work);
    }

    private static Future<Void> execute(SqlConnection connection, String statement) {
        return connection.query(statement).execute().mapEmpty();
    }
}
