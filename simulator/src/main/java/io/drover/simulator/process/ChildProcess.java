package io.drover.simulator.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.SimulatorMain;
import java.io.BufferedReader;
import java.io.File;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Java program run as a child: its output lines are queued, its log goes to a file, and it ends with its standard
 * input, so that none outlives the program that started it. Methods block: not for event loops.
 */
public final class ChildProcess implements AutoCloseable {
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
    public static ChildProcess start(
            String name,
            Path folder,
            List<String> jvmOptions,
            Path jar,
            List<String> arguments,
            Map<String, String> env) {
        return java(name, folder, jvmOptions, List.of("-jar", jar.toString()), arguments, env);
    }

    /** Starts this very program with other arguments, be it a jar or a folder of classes. */
    public static ChildProcess startAgain(
            String name, Path folder, List<String> jvmOptions, List<String> arguments, Map<String, String> env) {
        String classPath = System.getProperty("java.class.path");
        boolean jar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        String absolute = Stream.of(classPath.split(File.pathSeparator))
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        // Standard output is the children's answer; another configuration on the class path might log to it.
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-Dlogback.configurationFile=logback.xml");
        return java(
                name,
                folder,
                options,
                jar ? List.of("-jar", absolute) : List.of("-cp", absolute, SimulatorMain.class.getName()),
                arguments,
                env);
    }

    private static ChildProcess java(
            String name,
            Path folder,
            List<String> jvmOptions,
            List<String> program,
            List<String> arguments,
            Map<String, String> env) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(program);
        command.addAll(arguments);
        return startProgram(name, folder, command, env);
    }

    /** Starts any program likewise. */
    public static ChildProcess startProgram(String name, Path folder, List<String> command, Map<String, String> env) {
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
            throw new ChildProcessException("The " + name + " process did not start: " + e.getMessage(), e);
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
    public JsonNode awaitReady(Duration patience) {
        String line = nextLine(patience)
                .orElseThrow(() -> failure("ended or said nothing within " + patience.toSeconds() + " s of its start"));
        try {
            JsonNode ready = JSON.readTree(line);
            if (ready.hasNonNull("ready")) {
                return ready;
            }
        } catch (IOException e) {
            throw new ChildProcessException(describe("did not say where it listens but: " + line), e);
        }
        throw failure("did not say where it listens but: " + line);
    }

    /** The next output line; empty when the child's output has ended or nothing came in time. */
    public Optional<String> nextLine(Duration patience) {
        try {
            Optional<String> line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return line == null ? Optional.empty() : line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChildProcessException("Interrupted while waiting for the " + name + " process", e);
        }
    }

    /** Whether it has ended and all it said was read. */
    public boolean hasEnded() {
        return !process.isAlive() && lines.stream().noneMatch(Optional::isPresent);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits for the end of the child and returns its exit code. */
    public int awaitExit(Duration patience) {
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
    public void kill() {
        process.destroyForcibly();
        awaitExit(STOP_PATIENCE);
    }

    /** Writes a line to the child's standard input. */
    public void say(String line) {
        try {
            process.getOutputStream().write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException gone) {
            throw new ChildProcessException(describe("takes no more input: " + gone.getMessage()), gone);
        }
    }

    /** Runs the action once the child has ended; on a thread of the system's. */
    public void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Highest resident memory so far in MiB, from {@code /proc}; empty where there is none. */
    public Optional<Long> peakResidentMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A failure of this child that names its log. */
    public ChildProcessException failure(String what) {
        return new ChildProcessException(describe(what));
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
