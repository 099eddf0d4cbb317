package io.drover.worker.db;

import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.sql.RowLocks;
import io.drover.worker.sql.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.jdbcclient.JDBCPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.flywaydb.core.Flyway;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The open ledger: one SQLite file in WAL mode, one connection that writes and a few that read. */
public final class Ledger {
    private static final String PREFIX = "jdbc:sqlite:";

    private final Vertx vertx;
    private final Pool reads;
    private final Pool writes;
    private final LedgerLock lock;
    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final AuditStore audit;
    private final MigrationControl control;

    private Ledger(Vertx vertx, Pool reads, Pool writes, LedgerLock lock, Stores stores) {
        this.vertx = vertx;
        this.reads = reads;
        this.writes = writes;
        this.lock = lock;
        this.migrations = new MigrationStore(reads, writes, stores.clock());
        Transactions transactions = Transactions.ofSqlite(writes);
        this.audit = new AuditStore(reads, transactions, stores.clock());
        this.devices = new DeviceStore(
                vertx, reads, transactions, RowLocks.NONE, stores.policy(), stores.meters(), stores.clock());
        this.control = new MigrationControl(migrations, devices, audit, stores.clock());
    }

    private record Stores(MovePolicy policy, MeterRegistry meters, Clock clock) {}

    /**
     * Locks, migrates the schema and opens; fails with {@link LedgerException}, also when another apply holds it.
     *
     * @param url {@code jdbc:sqlite:} and a path
     */
    public static Future<Ledger> open(Vertx vertx, String url, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, url, true, new Stores(policy, meters, clock));
    }

    /** Opens an existing ledger without the lock, for all that works beside a running apply. */
    public static Future<Ledger> openBeside(
            Vertx vertx, String url, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, url, false, new Stores(policy, meters, clock));
    }

    private static Future<Ledger> open(Vertx vertx, String url, boolean exclusive, Stores stores) {
        if (!url.startsWith(PREFIX)) {
            return Future.failedFuture(
                    new LedgerException("ledger.url must begin with " + PREFIX + " followed by a file path."));
        }
        Path file = Path.of(url.substring(PREFIX.length())).toAbsolutePath();
        SQLiteDataSource source = source(url);
        return vertx.<LedgerLock>executeBlocking(() -> exclusive ? prepare(file, source) : existing(file))
                .map(lock -> new Ledger(vertx, pool(vertx, source, 3), pool(vertx, source, 1), lock, stores));
    }

    private static SQLiteDataSource source(String url) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
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

    public MigrationStore migrations() {
        return migrations;
    }

    public DeviceStore devices() {
        return devices;
    }

    public AuditStore audit() {
        return audit;
    }

    /** An operator's verbs on this ledger. */
    public MigrationControl control() {
        return control;
    }

    /** Completes when a read works; for the readiness probe. */
    public Future<Void> ping() {
        return reads.query("SELECT 1").execute().mapEmpty();
    }

    /** Closes the connections and frees the lock. */
    public Future<Void> close() {
        return reads.close()
                .compose(done -> writes.close())
                .compose(done -> vertx.executeBlocking(() -> {
                    if (lock != null) {
                        lock.close();
                    }
                    return null;
                }));
    }
}
