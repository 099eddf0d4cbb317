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

    /** How it ended. */
    public record Ended(int code, String out, String err) {}

    /** Waits for its end. */
    public Ended run(Map<String, String> environment, String... arguments) throws Exception {
        assertThat(JAR).as("build the worker first: mvn package").exists();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the worker did not end: " + Files.readString(err, StandardCharsets.UTF_8));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
