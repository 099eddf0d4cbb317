package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.WireSecrets;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the three programs log as JSON, at their most talkative and with faults, started as docker-compose.yml starts them. */
@Timeout(240)
class LogsIT {
    private static final String RECORDING = "exchanges.ndjson";
    private static final List<String> PROGRAMS = List.of("cloud", "fleet", "worker");

    @TempDir
    static Path folder;

    private static ComposedPrograms programs;

    @BeforeAll
    static void migrate() throws Exception {
        programs = new ComposedPrograms(folder);
        programs.environment("DROVER_LOG_FORMAT", "json");
        try (EmbeddedPostgres postgres = programs.postgres()) {
            assertThat(postgres.getPort()).isPositive();
            programs.start("cloud", "--verbose", "--record=" + folder.resolve(RECORDING));
            programs.awaitReady("cloud", "9460");
            programs.fault("throttles", "{\"fault\":\"throttled\",\"service\":\"central\"}");
            programs.fault("breaks", "{\"fault\":\"truncated-body\",\"service\":\"dps-rest\"}");
            programs.start("fleet");
            programs.awaitReady("fleet", "9461");
            Process worker = programs.start("worker", "--verbose", "--output=json");
            assertThat(worker.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).as(programs.output("worker")).isZero();
        } finally {
            programs.stop();
        }
    }

    @Test
    void noSecretIsWritten() throws Exception {
        WireSecrets secrets = WireSecrets.of(
                folder.resolve(RECORDING),
                Files.readString(folder.resolve("secrets/client-secret")),
                Files.readString(folder.resolve("secrets/ledger-password")));
        assertThat(secrets.count()).isGreaterThan(ComposedPrograms.DEVICES);
        for (String program : PROGRAMS) {
            secrets.areNotIn(program, programs.output(program));
        }
    }

    @Test
    void everyLineIsAnObjectWithTimeLevelLoggerAndMessage() throws IOException {
        for (String program : PROGRAMS) {
            for (JsonNode line : lines(program)) {
                assertThat(line.path("timestamp").asLong()).as(program).isPositive();
                assertThat(line.path("level").asText()).as(program).isIn("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
                assertThat(line.path("loggerName").asText()).as(program).isNotBlank();
                assertThat(line.path("formattedMessage").asText()).as(program).isNotBlank();
            }
        }
        assertThat(lines("worker")).isNotEmpty();
    }

    @Test
    void everyTransitionNamesMigrationDeviceAndAttempt() throws IOException {
        Map<String, String> last = new TreeMap<>();
        for (JsonNode line : lines("worker")) {
            String message = line.path("formattedMessage").asText();
            if (message.matches("[A-Z]+ -> [A-Z]+ by .*")) {
                Map<String, String> given = new TreeMap<>();
                line.path("kvpList")
                        .forEach(pair -> pair.properties()
                                .forEach(entry -> given.put(
                                        entry.getKey(), entry.getValue().asText())));
                assertThat(given).containsKeys("migration", "device", "attempt");
                last.put(given.get("device"), message);
            }
        }

        assertThat(last).hasSize(ComposedPrograms.DEVICES);
        assertThat(last.values()).allMatch(message -> message.contains("-> MIGRATED"));
    }

    private static List<JsonNode> lines(String program) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(programs.log(program))) {
            JsonNode object = json.readTree(line);
            assertThat(object.isObject()).as(line).isTrue();
            lines.add(object);
        }
        return lines;
    }
}
