package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.contract.RecordedContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Late devices and IoT Central's data export, with the real worker: needs worker.jar and simulator.jar. */
@Tag("long")
class WebhookIT {
    private static final String SCENARIO = """
            name: late
            devices: 40
            seed: 3
            timeCompression: 1
            deviceId: "late-%02d"
            telemetryInterval: 10s
            connectRate: 500
            groups:
              - name: obedient
                weight: 1
                behaviour: { type: obedient, answerDelay: 0ms..50ms, moveDelay: 0ms..500ms }
              - name: late
                weight: 1
                behaviour: { type: offline-until, after: 60s }
            """;

    @TempDir
    Path folder;

    /** Sixty seconds, so that also on a loaded machine they are commanded in vain first. Measured without the export: 31 s. */
    @Test
    void lateDevicesAreCommandedWithinSecondsOfTheirConnection() throws Exception {
        Path scenario = Files.writeString(folder.resolve("late.yaml"), SCENARIO);
        Path exchanges = folder.resolve("exchanges.ndjson");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/simulator.jar",
                        "rehearse",
                        "--webhook",
                        "--scenario=" + scenario,
                        "--work-dir=" + folder)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile());
        builder.environment().put("DROVER_RECORD", exchanges.toString());
        Process process = builder.start();
        boolean ended = process.waitFor(240, TimeUnit.SECONDS);
        process.destroyForcibly();
        String output = Files.readString(folder.resolve("output.txt"));

        assertThat(ended).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        JsonNode report =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(report.path("states").path("MIGRATED").asInt()).isEqualTo(40);
        JsonNode late = report.path("lateConnectToCommandSeconds");
        assertThat(late.path("devices").asInt()).as(output).isPositive();
        assertThat(late.path("p50").asDouble()).as(output).isLessThan(5);
        RecordedContract.holdEveryRequest(exchanges);
    }
}
