package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.RecordedContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A rehearsal by the packaged program that ended well, and all of whose HTTPS exchanges hold the OpenAPI documents.
 *
 * @param report its {@code report.json}
 * @param output what it printed
 */
record RehearsalRun(JsonNode report, String output) {
    private static final String RECORDING = "exchanges.ndjson";

    static RehearsalRun of(Path folder, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/simulator.jar",
                "rehearse",
                "--work-dir=" + folder));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DROVER_RECORD", folder.resolve(RECORDING).toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        RecordedContract.holdEveryRequest(folder.resolve(RECORDING));
        return new RehearsalRun(
                new ObjectMapper().readTree(folder.resolve("report.json").toFile()), output);
    }
}
