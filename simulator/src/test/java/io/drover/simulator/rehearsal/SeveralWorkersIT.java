package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.RecordedContract;
import io.drover.simulator.process.LocalPorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two worker processes on one real PostgreSQL, one of them killed: the other one takes its devices and its lead over. */
class SeveralWorkersIT {
    private static final String EXCHANGES = "exchanges.ndjson";

    @TempDir
    Path folder;

    @Test
    void theOtherWorkerFinishesWhenOneIsKilledAndNoDeviceIsCommandedTwice() throws Exception {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().setPort(LocalPorts.free()).start()) {
            String output = rehearse(
                    postgres, "--devices=400", "--workers=2", "--kill-worker-at=0.3", "--no-restart", "--timeout=240");

            JsonNode report =
                    new ObjectMapper().readTree(folder.resolve("report.json").toFile());
            assertThat(report.path("workerKills").asInt()).as(output).isEqualTo(1);
            assertThat(report.path("states").path("MIGRATED").asInt()).isEqualTo(400);
            assertThat(report.path("commandedAfterArrival").asInt()).isZero();
            assertThat(number(postgres, "SELECT COUNT(DISTINCT owner) FROM device"))
                    .as("both workers commanded devices")
                    .isEqualTo(2);
            assertThat(number(
                            postgres,
                            "SELECT COUNT(*) FROM (SELECT device_id, attempt FROM device_history WHERE event ="
                                    + " 'COMMAND_SENT' GROUP BY device_id, attempt HAVING COUNT(*) > 1) AS doubled"))
                    .as("no attempt was claimed by both")
                    .isZero();
            assertThat(number(
                            postgres,
                            "SELECT COALESCE(MAX(at) - MIN(at), 0) FROM device_history WHERE event = 'UNKNOWN_OUTCOME'"
                                    + " AND detail = 'the worker that sent it was lost'"))
                    .as("what the lost worker had under way was noted together, busy as the machine may be")
                    .isLessThan(60_000);
            RecordedContract.holdEveryRequest(folder.resolve(EXCHANGES));
        }
    }

    private String rehearse(EmbeddedPostgres postgres, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/simulator.jar",
                "rehearse",
                "--work-dir=" + folder,
                "--ledger-url=jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                "--ledger-user=postgres"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DROVER_LEDGER_PASSWORD", "unused");
        builder.environment().put("DROVER_RECORD", folder.resolve(EXCHANGES).toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static long number(EmbeddedPostgres postgres, String sql) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
