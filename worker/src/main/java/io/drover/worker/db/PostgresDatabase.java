package io.drover.worker.db;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.azure.hub.TrustStore;
import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;

/** A ledger in a PostgreSQL database: several workers may work on it at once. */
final class PostgresDatabase {
    private static final int READERS = 4;
    private static final int LISTERS = 4;
    private static final int WRITERS = 4;

    private PostgresDatabase() {}

    /**
     * Fails with {@link LedgerException}.
     *
     * @param prepare whether to bring the schema up to date; otherwise it has to be there
     */
    static Future<Database> open(Vertx vertx, LedgerAddress address, boolean prepare, MeterRegistry meters) {
        PostgresUrl url = PostgresUrl.parse(address.url());
        Future<PgConnectOptions> prepared = vertx.executeBlocking(() -> {
            if (prepare) {
                migrate(url, address);
            }
            return options(url, address);
        });
        return prepared.compose(options -> {
            Pool reads = pool(vertx, byIndex(options), READERS);
            Pool lists = pool(vertx, planned(options), LISTERS);
            Pool writes = pool(vertx, byIndex(options), WRITERS);
            Database database = new Database(
                    reads,
                    lists,
                    Transactions.ofPostgres(vertx, writes, meters),
                    Dialect.POSTGRES,
                    true,
                    () -> Future.join(reads.close(), lists.close(), writes.close())
                            .mapEmpty());
            return reads.query("SELECT 1 FROM lease LIMIT 1")
                    .execute()
                    .<Database>map(database)
                    .recover(cause -> database.closing()
                            .get()
                            .transform(closed -> Future.failedFuture(failure(url, address, cause))));
        });
    }

    private static void migrate(PostgresUrl url, LedgerAddress address) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {url.host()});
        source.setPortNumbers(new int[] {url.port()});
        source.setDatabaseName(url.database());
        source.setUser(address.user());
        source.setPassword(address.password().value());
        source.setConnectTimeout(10);
        source.setSslMode(url.encrypted() ? "verify-full" : "disable");
        if (url.encrypted()) {
            // Trust as everywhere else in this process: the JRE's authorities and network.trustedCa.
            source.setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/migration", "classpath:db/postgresql")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw failure(url, address, e);
        }
    }

    /** Reads the file of trusted authorities (blocking). */
    private static PgConnectOptions options(PostgresUrl url, LedgerAddress address)
            throws IOException, GeneralSecurityException {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(url.host())
                .setPort(url.port())
                .setDatabase(url.database())
                .setUser(address.user())
                .setPassword(address.password().value())
                .setCachePreparedStatements(true)
                .addProperty("application_name", "drover")
                .addProperty("statement_timeout", "30000")
                .addProperty("lock_timeout", "10000")
                .addProperty("idle_in_transaction_session_timeout", "10000");
        if (url.encrypted()) {
            options.setSslMode(SslMode.VERIFY_FULL)
                    .setSslOptions(new ClientSSLOptions()
                            .setHostnameVerificationAlgorithm("HTTPS")
                            .setTrustOptions(
                                    TrustStore.defaultsAnd(address.trustedCa()).options()));
        }
        return options;
    }

    /**
     * For the stages: each of their statements has an index that leads to its rows in their order. PostgreSQL keeps the plan
     * of a prepared statement, and one that it made while the ledger was empty goes through all devices when it is full.
     */
    private static PgConnectOptions byIndex(PgConnectOptions options) {
        PgConnectOptions all = new PgConnectOptions(options);
        for (String way : List.of("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort")) {
            all.addProperty("enable_" + way, "off");
        }
        return all;
    }

    /** For lists: planned by the values they are asked for each time, as most filters fit few devices or nearly all. */
    private static PgConnectOptions planned(PgConnectOptions options) {
        return new PgConnectOptions(options).addProperty("plan_cache_mode", "force_custom_plan");
    }

    private static Pool pool(Vertx vertx, PgConnectOptions options, int size) {
        PoolOptions pool = new PoolOptions()
                .setMaxSize(size)
                .setMaxWaitQueueSize(10_000)
                .setConnectionTimeout(10)
                .setConnectionTimeoutUnit(TimeUnit.SECONDS);
        return PgBuilder.pool().with(pool).connectingTo(options).using(vertx).build();
    }

    private static LedgerException failure(PostgresUrl url, LedgerAddress address, Throwable cause) {
        String state = sqlState(cause);
        String where = url.host() + ":" + url.port() + "/" + url.database();
        String text = switch (state) {
            case "28P01", "28000" ->
                "PostgreSQL at " + where + " does not let user '" + address.user()
                        + "' in. Check ledger.user and ledger.password.";
            case "3D000" ->
                "PostgreSQL at " + url.host() + ":" + url.port() + " has no database '" + url.database()
                        + "'. Create it, or correct ledger.url.";
            case "42P01" -> "There is no ledger in " + where + ". Run apply first, or correct ledger.url.";
            case "42501" ->
                "User '" + address.user() + "' may not use the schema of " + where
                        + ". Make it the database's owner, or grant it CREATE and USAGE.";
            default ->
                "Cannot use PostgreSQL at " + where + ": " + root(cause).getMessage()
                        + ". Check that it runs, that it is reachable from here, and ledger.url.";
        };
        return new LedgerException(text, cause);
    }

    private static String sqlState(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof PgException pg) {
                return pg.getSqlState();
            }
            if (each instanceof java.sql.SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
