package io.drover.worker.db;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.jdbcclient.JDBCPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A ledger in one SQLite file in WAL mode: one connection that writes and a few that read, some of them for lists only; one worker at a time. */
final class SqliteDatabase {
    static final String PREFIX = "jdbc:sqlite:";

    /** Page cache in KiB of the connection that writes: the indexes of a million devices are changed all over. */
    private static final int WRITE_CACHE = 65_536;

    private static final int READ_CACHE = 8_192;
    /** 64 MB: a page that many transactions change is written back to the file once for all of them. */
    private static final String CHECKPOINT_PAGES = "16384";

    private SqliteDatabase() {}

    /**
     * Fails with {@link LedgerException}.
     *
     * @param exclusive whether to lock the file for this process and bring the schema up to date
     */
    static Future<Database> open(Vertx vertx, String url, boolean exclusive, MeterRegistry meters) {
        Path file = Path.of(url.substring(PREFIX.length())).toAbsolutePath();
        SQLiteDataSource source = source(url, READ_CACHE);
        return vertx.<LedgerLock>executeBlocking(() -> exclusive ? prepare(file, source) : existing(file))
                .map(lock -> {
                    Pool reads = pool(vertx, source(url, READ_CACHE), 3);
                    Pool lists = pool(vertx, source(url, READ_CACHE), 4);
                    Pool writes = pool(vertx, source(url, WRITE_CACHE), 1);
                    return new Database(
                            reads,
                            lists,
                            Transactions.ofSqlite(writes, meters),
                            Dialect.SQLITE,
                            false,
                            () -> close(vertx, List.of(reads, lists, writes), lock));
                });
    }

    private static SQLiteDataSource source(String url, int cacheKib) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.setCacheSize(-cacheKib);
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, CHECKPOINT_PAGES);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl(url);
        return source;
    }

    private static LedgerLock existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new LedgerException("There is no ledger at " + file + ". Run apply first, or correct ledger.url.");
        }
        return null;
    }

    private static LedgerLock prepare(Path file, SQLiteDataSource source) throws Exception {
        LedgerLock lock = LedgerLock.acquire(file);
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
            return lock;
        } catch (RuntimeException e) {
            lock.close();
            throw new LedgerException("Cannot prepare the ledger " + file + ": " + e.getMessage(), e);
        }
    }

    private static Pool pool(Vertx vertx, SQLiteDataSource source, int size) {
        return JDBCPool.pool(vertx, source, new PoolOptions().setMaxSize(size).setMaxWaitQueueSize(10_000));
    }

    private static Future<Void> close(Vertx vertx, List<Pool> pools, LedgerLock lock) {
        return Future.join(pools.stream().map(Pool::close).toList())
                .compose(done -> vertx.executeBlocking(() -> {
                    if (lock != null) {
                        lock.close();
                    }
                    return null;
                }));
    }
}
