package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A Java program run as a child: its output lines are queued, its log goes to a file, and it ends with its standard
 * input, so that none outlives the rehearsal. Methods block; they are called from the rehearsal's own thread.
 */
final class ChildProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final int LOG_TAIL_LINES = 12;

    private final String name;
    private final Process process;
    private final Path log;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts {@code java <jvmOptions> -jar <jar> <arguments>}; its log becomes {@code <name>.log} in the folder. */
    static ChildProcess start(
            String name,
            Path folder,
            List<String> jvmOptions,
            Path jar,
            List<String> arguments,
            Map<String, String> env) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-jar");
        command.add(jar.toString());
        command.addAll(arguments);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile());
        builder.environment().putAll(env);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            ChildProcess child = new ChildProcess(name, builder.start(), log);
            child.readLines();
            return child;
        } catch (IOException e) {
            throw new RehearsalException("The " + name + " process did not start: " + e.getMessage(), e);
        }
    }

    private void readLines() {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                        for (String line = output.readLine(); line != null; line = output.readLine()) {
                            lines.add(Optional.of(line));
                        }
                    } catch (IOException e) {
                        lines.add(Optional.of("output of " + name + " broke off: " + e.getMessage()));
                    } finally {
                        lines.add(Optional.empty());
                    }
                },
                name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Waits for the line in which the child says that it listens, and where. */
    JsonNode awaitReady(Duration patience) {
        String line = nextLine(patience)
                .orElseThrow(() -> failure("ended or said nothing within " + patience.toSeconds() + " s of its start"));
        try {
            JsonNode ready = JSON.readTree(line);
            if (ready.hasNonNull("ready")) {
                return ready;
            }
        } catch (IOException e) {
            throw new RehearsalException(describe("did not say where it listens but: " + line), e);
        }
        throw failure("did not say where it listens but: " + line);
    }

    /** The next output line; empty when the child's output has ended or nothing came in time. */
    Optional<String> nextLine(Duration patience) {
        try {
            Optional<String> line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return line == null ? Optional.empty() : line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted while waiting for the " + name + " process", e);
        }
    }

    boolean hasEnded() {
        return !process.isAlive() && lines.stream().noneMatch(Optional::isPresent);
    }

    long pid() {
        return process.pid();
    }

    /** Waits for the end of the child and returns its exit code. */
    int awaitExit(Duration patience) {
        try {
            if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw failure("did not end within " + patience.toSeconds() + " s");
    }

    /** {@code kill -9}: the child gets no chance to tidy up. */
    void kill() {
        process.destroyForcibly();
        awaitExit(STOP_PATIENCE);
    }

    /** Highest resident memory so far in MiB, from {@code /proc}; empty where there is none. */
    Optional<Long> peakResidentMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    RehearsalException failure(String what) {
        return new RehearsalException(describe(what));
    }

    private String describe(String what) {
        return "The " + name + " process " + what + ".\nIts log is " + log + " and ends:\n" + logTail();
    }

    private String logTail() {
        try {
            List<String> all = Files.readAllLines(log);
            return String.join("\n", all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
