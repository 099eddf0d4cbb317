package io.drover.simulator.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ChildProcessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A fleet spread over processes by index range, each with source addresses of its own where the system has all of 127.0.0.0/8.
 * Methods block.
 */
final class FleetProcesses implements AutoCloseable {
    /** Each process has addresses of its own, of which the last byte is its number. */
    static final int MOST = 250;

    /**
     * Of each process for its connections to hubs. Linux looks for a free port of a given address among a quarter of the ports first, and
     * goes through all of them for each connection once they are taken, which is some 7,000 connections.
     */
    private static final int HUB_ADDRESSES = 4;

    private static final Duration START = Duration.ofMinutes(2);
    /** A heap that grows no further than its devices need; serial, as many processes share few processors. */
    private static final List<String> JVM = List.of(
            "-Xms64m",
            "-Xmx512m",
            "-Xmn48m",
            "-XX:+UseSerialGC",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-Xss512k");

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
     * @param here whether the cloud is on this machine, so that there are many addresses to connect from
     * @param ended is run when one ends by itself, on a thread of the system's
     * @throws ChildProcessException when one is not ready in time; all have ended then
     */
    List<FleetFront.Member> start(int count, int from, int to, List<String> arguments, boolean here, Runnable ended) {
        try {
            for (int number = 0; number < count; number++) {
                int first = from + (int) ((long) (to - from) * number / count);
                int end = from + (int) ((long) (to - from) * (number + 1) / count);
                List<String> all = new ArrayList<>(arguments);
                all.addAll(List.of("--from=" + first, "--to=" + end, "--processes=1"));
                if (here && hasAllLoopbackAddresses()) {
                    all.add("--source-addresses=" + addresses(number + 1));
                }
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

    private static String addresses(int process) {
        return IntStream.rangeClosed(1, HUB_ADDRESSES + 1)
                .mapToObj(net -> "127.0." + net + "." + process)
                .collect(Collectors.joining(","));
    }

    /** Linux answers at every address of 127.0.0.0/8; others have 127.0.0.1 alone until told otherwise. */
    private static boolean hasAllLoopbackAddresses() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
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
