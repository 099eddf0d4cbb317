package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus' own programs, as they are on the PATH. Where DROVER_REQUIRE_PROMETHEUS is 1 a test that needs them does not skip. */
final class PrometheusTools {
    private static final long DEADLINE_SECONDS = 60;

    private PrometheusTools() {}

    /** The program's path; skips the test with one line, or fails it, where there is none. */
    static String program(String name) {
        Optional<Path> found = Stream.of(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        if ("1".equals(System.getenv("DROVER_REQUIRE_PROMETHEUS"))) {
            assertThat(found).as(name + " on the PATH").isPresent();
        }
        assumeTrue(found.isPresent(), name + " is not on the PATH: install Prometheus to run this test");
        return found.orElseThrow().toString();
    }

    /** Runs promtool to its end in the folder; fails with what it said when it finds anything wrong. */
    static void promtool(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program("promtool")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
