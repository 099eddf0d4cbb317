package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The emulated cloud as a process of its own, whose log is in a file. Methods block. */
final class CloudProcess {
    private final Path directory;
    private final Process process;
    private final JsonObject ready;

    private CloudProcess(Path directory, Process process, JsonObject ready) {
        this.directory = directory;
        this.process = process;
        this.ready = ready;
    }

    /** Starts it with this JVM option; files go to the directory. */
    static CloudProcess start(Path directory, String jvmOption) throws IOException {
        Process process = simulator(
                directory,
                jvmOption,
                "cloud",
                "--ready-line",
                "--stop-with-stdin",
                "--data=" + directory.resolve("data").toAbsolutePath());
        // Left open: it is the process's, and ends with it.
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String first = lines.readLine();
        assertThat(first).as(log(directory)).isNotNull();
        return new CloudProcess(directory, process, new JsonObject(first));
    }

    /** Any command of the simulator, with this JVM option. */
    static Process simulator(Path directory, String jvmOption, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback.xml",
                jvmOption,
                "-cp",
                System.getProperty("java.class.path"),
                "io.drover.simulator.SimulatorMain"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("log").toFile())
                .start();
    }

    Path authority() {
        return Path.of(ready.getString("caCertificate"));
    }

    /** The port with this name in the ready line. */
    int port(String name) {
        return ready.getInteger(name);
    }

    /** What it has logged so far. */
    String log() throws IOException {
        return log(directory);
    }

    /** Ends it in good order and returns all it logged. */
    String stop() throws Exception {
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return log(directory);
    }

    private static String log(Path directory) throws IOException {
        return Files.readString(directory.resolve("log"));
    }
}
