package io.drover.simulator.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ChildProcessException;
import io.drover.simulator.process.SmallHeap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A fleet spread over processes by index range. Methods block. */
final class FleetProcesses implements AutoCloseable {
    static final int MOST = 250;

    private static final Duration START = Duration.ofMinutes(2);
    private static final List<String> JVM = SmallHeap.options(64, 512, 32);

    private final Path logs;
    private final List<ChildProcess> children = new ArrayList<>();
    private final List<FleetFront.Member> processes = new ArrayList<>();

    /** @throws IOException when there can be no folder for their logs */
    FleetProcesses() throws IOException {
        this.logs = Files.createTempDirectory("drover-fleet-");
    }

    /**
     * Starts devices {@code from} up to, but without, {@code to} in so many processes, and waits until all are ready.
     *
     * @param arguments of each, but for its part of the devices
     * @param ended is run when one ends by itself, on a thread of the system's
     * @throws ChildProcessException when one is not ready in time; all have ended then
     */
    List<FleetFront.Member> start(int count, int from, int to, List<String> arguments, Runnable ended) {
        try {
            for (int number = 0; number < count; number++) {
                int first = from + (int) ((long) (to - from) * number / count);
                int end = from + (int) ((long) (to - from) * (number + 1) / count);
                List<String> all = new ArrayList<>(arguments);
                all.addAll(List.of("--from=" + first, "--to=" + end, "--processes=1"));
                ChildProcess child = ChildProcess.startAgain("fleet-" + (number + 1), logs, JVM, all, Map.of());
                children.add(child);
                child.onExit(ended);
                JsonNode ready = child.awaitReady(START);
                processes.add(new FleetFront.Member(
                        child.pid(), ready.path("controlPort").asInt(), first, end));
            }
            return List.copyOf(processes);
        } catch (ChildProcessException failed) {
            close();
            throw failed;
        }
    }

    /** Where their logs are. */
    Path logs() {
        return logs;
    }

    /** Ends them all at once. */
    @Override
    public void close() {
        children.parallelStream().forEach(ChildProcess::close);
    }
}
