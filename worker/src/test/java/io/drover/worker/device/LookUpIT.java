package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The database plans by what it knows of an empty ledger, and PostgreSQL keeps such a plan when it is full. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class LookUpIT {
    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    @Test
    void aDeviceIsLookedUpInThePrimaryKeyAndInNoIndexThatHasOtherColumnsBeforeTheId() throws Exception {
        LedgerAddress address = database.fresh(directory);
        prepare(address);
        boolean postgres = database == TestDatabase.POSTGRES;
        String key = postgres ? "device_pkey" : "sqlite_autoindex_device_1";

        try (Connection connection = database.connect(address);
                Statement statement = connection.createStatement()) {
            if (postgres) {
                statement.execute("SET enable_seqscan = off");
                statement.execute("SET enable_bitmapscan = off");
            }
            String explain = postgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ";
            for (String what : List.of(
                    "SELECT device_id, state FROM device WHERE migration_id = 1 AND device_id = 'a'",
                    "SELECT device_id, state FROM device WHERE migration_id = 1 AND device_id IN ('a', 'b')",
                    "UPDATE device SET wave = 1 WHERE migration_id = 1 AND device_id = 'a' AND revision = 1")) {
                assertThat(plan(statement, explain + what)).as(what).contains(key);
            }
        }
    }

    private static String plan(Statement statement, String explain) throws Exception {
        List<String> lines = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(explain)) {
            int column = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                lines.add(rows.getString(column));
            }
        }
        return String.join("\n", lines);
    }

    private static void prepare(LedgerAddress address) throws Exception {
        Vertx vertx = Vertx.vertx();
        MovePolicy policy = TestPolicies.telemetry(3);
        // One after the other: a closed Vert.x completes nothing on its own contexts.
        await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.systemUTC())
                .compose(Ledger::close));
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
}
