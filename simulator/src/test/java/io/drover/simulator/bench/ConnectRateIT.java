package io.drover.simulator.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.process.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That signing devices in costs little beside their TLS; what is measured in earnest is in docs/performance.md. */
@Timeout(300)
class ConnectRateIT {
    /** Far below what is measured (0.8 and more), as tests run beside others. */
    private static final double FLOOR = 0.4;

    @TempDir
    Path folder;

    @Test
    void devicesConnectAtAGoodShareOfTheRateOfBareTls() {
        List<String> said = new ArrayList<>();
        try (ChildProcess bench = ChildProcess.startAgain(
                "bench",
                folder,
                List.of("-Xmx256m"),
                List.of(
                        "bench",
                        "connect",
                        "--rounds=3",
                        "--seconds=2",
                        "--warm-up=4",
                        "--connections=0",
                        "--heap=256m",
                        "--without-mosquitto",
                        "--demand=" + FLOOR,
                        "--work-dir=" + folder),
                Map.of())) {
            for (Optional<String> line = bench.nextLine(Duration.ofMinutes(2));
                    line.isPresent();
                    line = bench.nextLine(Duration.ofMinutes(2))) {
                said.add(line.get());
            }
            assertThat(bench.awaitExit(Duration.ofSeconds(30)))
                    .as(String.join("\n", said))
                    .isZero();
        }
        assertThat(said).anyMatch(line -> line.startsWith("median drover"));
    }
}
