package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The worker's jar, run to its end in a folder. */
public record WorkerProgram(Path folder) {
    private static final Path JAR = Path.of("../worker/target/worker.jar").toAbsolutePath();
    private static final long SECONDS = 90;
    private static final String OUT = "out.txt";
    private static final String ERR = "err.txt";

    /** How it ended. */
    public record Ended(int code, String out, String err) {}

    /** Waits for its end. */
    public Ended run(Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(environment, arguments);
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the worker did not end: " + err());
        }
        return new Ended(process.exitValue(), Files.readString(folder.resolve(OUT)), err());
    }

    /** Starts it, for whoever means to kill it. */
    public Process start(Map<String, String> environment, String... arguments) throws Exception {
        assertThat(JAR).as("build the worker first: mvn package").exists();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve(OUT).toFile())
                .redirectError(folder.resolve(ERR).toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private String err() throws Exception {
        return Files.readString(folder.resolve(ERR), StandardCharsets.UTF_8);
    }
}
