package io.drover.worker.db;

import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that a ledger can live in; the PostgreSQL is a real one, started once for all tests of a process. */
public enum TestDatabase {
    SQLITE {
        @Override
        public LedgerAddress fresh(Path directory) {
            return LedgerAddress.ofFile("jdbc:sqlite:" + directory.resolve("l.db"));
        }

        @Override
        public Connection connect(LedgerAddress address) throws SQLException {
            return DriverManager.getConnection(address.url());
        }
    },
    POSTGRES {
        @Override
        public LedgerAddress fresh(Path directory) throws SQLException {
            String name = "ledger_" + DATABASES.incrementAndGet();
            try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE DATABASE " + name);
            }
            return new LedgerAddress(
                    "jdbc:postgresql://localhost:" + Server.RUNNING.getPort() + "/" + name,
                    "postgres",
                    new Secret("unused"),
                    null);
        }

        @Override
        public Connection connect(LedgerAddress address) throws SQLException {
            return DriverManager.getConnection(
                    address.url(), address.user(), address.password().value());
        }
    };

    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** Started when first asked for; ends with the process. */
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setPGStartupWait(Duration.ofMinutes(1))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
        }
    }

    /** An empty ledger of its own. */
    public abstract LedgerAddress fresh(Path directory) throws SQLException;

    /** A connection past the ledger, to look and to tamper. */
    public abstract Connection connect(LedgerAddress address) throws SQLException;

    /** The one number that a query gives. */
    public long count(LedgerAddress address, String sql) throws SQLException {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Changes the ledger behind its back. */
    public void change(LedgerAddress address, String sql) throws SQLException {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
