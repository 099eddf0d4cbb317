package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.RecordedContract;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real worker moves waves by IoT Central jobs and is killed while one runs. */
class JobsIT {
    private static final String EXCHANGES = "exchanges.ndjson";

    @TempDir
    Path folder;

    @Test
    void wavesThatAreGroupsAreMovedByJobsThoughTheWorkerIsKilledWhileOneRuns() throws Exception {
        String output = java(
                "target/simulator.jar",
                "rehearse",
                "--scenario=jobs",
                "--work-dir=" + folder,
                "--seed=3",
                "--kill-worker-at=0.05,0.3",
                "--timeout=240");

        JsonNode report =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).as(output).isTrue();
        assertThat(report.path("commandedAfterArrival").asInt()).as(output).isZero();
        assertThat(report.path("workerKills").asInt()).isEqualTo(2);
        assertThat(report.path("states").path("MIGRATED").asInt()).as(output).isGreaterThan(110);
        assertThat(report.path("reasons").fieldNames())
                .toIterable()
                .as(output)
                .contains("DEVICE_REFUSED", "DEVICE_OFFLINE")
                .isSubsetOf("DEVICE_REFUSED", "DEVICE_OFFLINE");

        String audit = java("../worker/target/worker.jar", "audit", "--config=worker.yaml", "--output=json");
        assertThat(audit).containsPattern("job drover-1-1-1-\\w+ commands 15 devices of wave 1");
        assertThat(audit).containsPattern("job drover-1-2-1-\\w+ commands 125 devices of wave 2");
        assertThat(audit).contains("wave 3 'rest' is commanded singly: it is not exactly one device group");
        assertThat(Pattern.compile("job drover-1-[12]-1-\\w+ commands")
                        .matcher(audit)
                        .results())
                .as("the job that was there is gone on with")
                .hasSize(2);
        RecordedContract.holdEveryRequest(folder.resolve(EXCHANGES));
    }

    private String java(String jar, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of(jar).toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        // Reading the ledger needs no sign-in, but the configuration names the variable.
        builder.environment().put(WorkerConfiguration.SECRET_VARIABLE, "unused");
        builder.environment().put("DROVER_RECORD", folder.resolve(EXCHANGES).toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
