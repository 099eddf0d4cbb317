package io.drover.worker.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** What the database does bare, at the same moment on the same machine: upserts of rows of ten columns, without any index beside the key. */
final class Yardstick {
    private static final int ROWS = 100_000;
    private static final int TRANSACTION = 1000;

    private Yardstick() {}

    /** Upserts a second, half of them of rows that are there. */
    static double upsertsPerSecond(String url, String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            try (Statement statement = connection.createStatement()) {
                if (url.startsWith("jdbc:sqlite:")) {
                    statement.execute("PRAGMA journal_mode = WAL");
                    statement.execute("PRAGMA synchronous = FULL");
                }
                statement.execute(
                        "CREATE TABLE yardstick (id TEXT PRIMARY KEY, a TEXT, b TEXT, c TEXT, d BIGINT, e BIGINT,"
                                + " f BIGINT, g BIGINT, h BIGINT, i BIGINT)");
            }
            connection.setAutoCommit(false);
            long begun = System.nanoTime();
            try (PreparedStatement upsert = connection.prepareStatement(
                    "INSERT INTO yardstick VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET a = excluded.a,"
                            + " d = excluded.d, e = excluded.e")) {
                for (int row = 0; row < 2 * ROWS; row++) {
                    upsert.setString(1, MemoryCloud.id(row % ROWS));
                    for (int column = 2; column <= 4; column++) {
                        upsert.setString(column, "COMMANDED");
                    }
                    for (int column = 5; column <= 10; column++) {
                        upsert.setLong(column, row);
                    }
                    upsert.addBatch();
                    if ((row + 1) % TRANSACTION == 0) {
                        upsert.executeBatch();
                        connection.commit();
                    }
                }
            }
            return 2 * ROWS * 1e9 / (System.nanoTime() - begun);
        }
    }
}
