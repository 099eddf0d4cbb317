package io.drover.simulator.bench;

import io.drover.simulator.process.ProcessUsage;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The bare TLS pair of {@code bench connect}, for benchmarks that are held against what this machine can do of handshakes. Blocks. */
public final class BareTls implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final int LANES = 32;

    private final ConnectServers.Server server;
    private final ConnectLoad load;

    /** Starts the server in a process of its own; the client is this one. */
    public BareTls(Vertx vertx, Path folder, List<String> jvmOptions) {
        ConnectServers servers = new ConnectServers(folder, jvmOptions, "", 0);
        this.server = servers.bare();
        this.load = new ConnectLoad(
                vertx, new ConnectLoad.Target(ConnectLoad.Kind.BARE, server.port(), servers.authority(), "", 1));
    }

    /** Says what the measurement is made on. */
    public static void describeMachine(PrintWriter out) throws IOException {
        BenchMachine.describe(out);
    }

    /**
     * What handshakes came to, each with its close.
     *
     * @param processorMillis of both ends, for each handshake
     */
    public record Rate(double perSecond, double processorMillis) {}

    /** Makes handshakes for so long a time, one after the other on each of several lanes. */
    public Rate measure(Duration time) throws Exception {
        double before = processorMillis();
        ConnectLoad.Tally tally = load.run(LANES, time)
                .toCompletionStage()
                .toCompletableFuture()
                .get(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        if (tally.failed().get() > 0) {
            throw new IllegalStateException(tally.failed() + " bare handshakes failed; the machine cannot be measured");
        }
        long opened = tally.opened().get();
        return new Rate(opened / (tally.nanos().get() / 1e9), (processorMillis() - before) / Math.max(1, opened));
    }

    private double processorMillis() {
        return ProcessUsage.cpu(ProcessHandle.current().pid())
                .plus(ProcessUsage.cpu(server.process().pid()))
                .toMillis();
    }

    @Override
    public void close() {
        server.close();
    }
}
