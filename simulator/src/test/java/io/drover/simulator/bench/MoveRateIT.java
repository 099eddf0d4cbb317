package io.drover.simulator.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.process.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That moving devices from end to end costs little beside its TLS; what is measured in earnest is in docs/performance.md. */
@Tag("long")
@Timeout(300)
class MoveRateIT {
    private static final int DEVICES = 200;
    /** A fifth, as the others find the rate. */
    private static final int OPEN_LOOP = 40;

    /** Far below what is measured, as tests run beside others and such a short run has not warmed up. */
    private static final double FLOOR = 0.2;

    @TempDir
    Path folder;

    @Test
    void devicesMoveAtAGoodShareOfHalfTheRateOfBareTlsAndEachOfThemIsInRowsAndHistograms() throws Exception {
        Path csv = folder.resolve("moves.csv");
        Path hdr = folder.resolve("moves.hdr");
        List<String> said = new ArrayList<>();
        int code =
                bench(said, "--window=60", "--demand=" + FLOOR, "--lag-limit=10s", "--csv=" + csv, "--hdr-log=" + hdr);
        assertThat(code).as(String.join("\n", said)).isZero();
        assertThat(said).contains("schedule of the commands: VALID");
        assertThat(said).anyMatch(line -> line.startsWith("open loop: " + OPEN_LOOP + " of " + OPEN_LOOP));

        List<String> rows = Files.readAllLines(csv);
        assertThat(rows).hasSize(DEVICES + 1);
        Histogram fromRows = new Histogram(1_000, 3_600_000_000_000L, 3);
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split(",", -1);
            long meant = Long.parseLong(cells[2]);
            long arrived = Long.parseLong(cells[7]);
            assertThat(arrived).isGreaterThan(meant);
            fromRows.recordValue((arrived - meant) * 1_000);
        }
        assertThat(histograms(hdr).get("reprovisioning")).isEqualTo(fromRows);
        assertThat(histograms(hdr).get("command").getTotalCount()).isEqualTo(DEVICES);
    }

    @Test
    void aLoadThatTheMachineCannotSendAsMeantIsInvalidAndNoMeasurement() {
        List<String> said = new ArrayList<>();
        int code = bench(said, "--ramp=storm:" + (DEVICES - 1) + ",step:10/1s", "--lag-limit=1ms");
        assertThat(code).as(String.join("\n", said)).isEqualTo(2);
        assertThat(said).anyMatch(line -> line.startsWith("schedule of the commands: INVALID: starts were late: p99"));
    }

    private int bench(List<String> said, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "bench",
                "move",
                "--devices=" + DEVICES,
                "--warm-up=100",
                "--connect-rate=100",
                "--processes=2",
                "--bare-seconds=2",
                "--telemetry-seconds=10",
                "--work-dir=" + folder.resolve("work")));
        arguments.addAll(List.of(more));
        try (ChildProcess bench = ChildProcess.startAgain("bench", folder, List.of("-Xmx256m"), arguments, Map.of())) {
            for (Optional<String> line = bench.nextLine(Duration.ofMinutes(2));
                    line.isPresent();
                    line = bench.nextLine(Duration.ofMinutes(2))) {
                said.add(line.get());
            }
            return bench.awaitExit(Duration.ofSeconds(30));
        }
    }

    private static Map<String, Histogram> histograms(Path log) throws Exception {
        Map<String, Histogram> sums = new HashMap<>();
        HistogramLogReader reader = new HistogramLogReader(log.toFile());
        for (EncodableHistogram interval = reader.nextIntervalHistogram();
                interval != null;
                interval = reader.nextIntervalHistogram()) {
            sums.computeIfAbsent(interval.getTag(), none -> new Histogram(1_000, 3_600_000_000_000L, 3))
                    .add((Histogram) interval);
        }
        reader.close();
        return sums;
    }
}
