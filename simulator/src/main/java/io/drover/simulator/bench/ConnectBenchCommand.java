package io.drover.simulator.bench;

import io.drover.simulator.process.ChildProcess;
import io.drover.simulator.process.ProcessUsage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code simulator.jar bench connect}: how fast devices connect to the emulated cloud, held against a bare TLS pair and, where it is
 * installed, Mosquitto: same client process, same authority, in alternating rounds of one run. Before that, what a connection that does
 * nothing takes of each end's resident memory, in fresh processes.
 */
@Command(
        name = "connect",
        description = "Connections per second and memory of each: bare TLS, the emulated cloud's MQTT, Mosquitto.",
        mixinStandardHelpOptions = true)
final class ConnectBenchCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final Duration HOLDING = Duration.ofMinutes(2);
    private static final int PROBES = 100;

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "Length of a round (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "25",
            description = "Seconds each runs before the first round; a server's Java compiles for some 20"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--lanes", defaultValue = "32", description = "Connects under way (default: ${DEFAULT-VALUE}).")
    private int lanes;

    @Option(
            names = "--connections",
            defaultValue = "10000",
            description = "Idle connections whose memory is measured; 0 leaves that out (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = "--heap", defaultValue = "1g", description = "-Xmx of each child (default: ${DEFAULT-VALUE}).")
    private String heap;

    @Option(
            names = "--demand",
            defaultValue = "0",
            description = "Exit code 1 when MQTT's median is below this share of bare TLS's, such as 0.8.")
    private double demand;

    @Option(names = "--without-mosquitto", description = "Leave Mosquitto out even where it is installed.")
    private boolean withoutMosquitto;

    @Option(names = "--cloud-jvm", description = "More JVM options of the servers, such as for a profile.")
    private List<String> serverOptions = List.of();

    @Option(names = "--work-dir", description = "Folder that keeps the children's logs; else one that is deleted.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    /** One round of one server. */
    private record Round(String server, long opened, long failed, double seconds, double clientCpu, double serverCpu) {
        double perSecond() {
            return opened / seconds;
        }

        double clientMillis() {
            return opened == 0 ? Double.NaN : clientCpu * 1_000 / opened;
        }

        double serverMillis() {
            return opened == 0 ? Double.NaN : serverCpu * 1_000 / opened;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (rounds < 0 || seconds < 1 || warmUp < 0 || lanes < 1 || lanes > 4_096 || connections > 19_000) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Give 0 or more rounds of 1 second or more, 1 to 4096 lanes, at most 19000 connections.");
        }
        PrintWriter out = spec.commandLine().getOut();
        BenchMachine.describe(out);
        Path work = folder == null
                ? Files.createTempDirectory("drover-bench")
                : Files.createDirectories(folder.toAbsolutePath());
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        String groupKey = Base64.getEncoder().encodeToString(key);
        List<String> options = new ArrayList<>(serverOptions);
        options.add("-Xmx" + heap);
        ConnectServers servers = new ConnectServers(work, options, groupKey, Math.max(connections, 2_000));
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try {
            if (connections > 0) {
                memory(vertx, servers, work, groupKey, out);
            }
            return rounds == 0 ? 0 : rates(vertx, servers, groupKey, out);
        } finally {
            get(vertx.close(), GRACE);
            if (folder == null) {
                delete(work);
            }
        }
    }

    private interface Start {
        Optional<ConnectServers.Server> server() throws IOException;
    }

    private List<Start> starts(ConnectServers servers) {
        List<Start> starts = new ArrayList<>(
                List.of(() -> Optional.of(servers.bare()), () -> Optional.of(servers.cloud(List.of()))));
        if (!withoutMosquitto) {
            starts.add(servers::mosquitto);
        }
        return starts;
    }

    private void memory(Vertx vertx, ConnectServers servers, Path work, String groupKey, PrintWriter out)
            throws Exception {
        out.printf("memory of %d idle connections, KiB each%nserver      server  client%n", connections);
        for (Start start : starts(servers)) {
            Optional<ConnectServers.Server> started = start.server();
            if (started.isEmpty()) {
                out.println("mosquitto   skipped: it is not installed");
                continue;
            }
            try (ConnectServers.Server server = started.get();
                    ChildProcess client = holder(work, servers, server, groupKey)) {
                answering(vertx, servers, server);
                client.awaitReady(HOLDING);
                long before = ProcessUsage.residentBytes(server.process().pid());
                client.say("go");
                var held = client.awaitReady(HOLDING);
                long after = ProcessUsage.residentBytes(server.process().pid());
                out.printf(
                        Locale.ROOT,
                        "%-10s %7.1f %7.1f%n",
                        server.name(),
                        (after - before) / 1024.0 / connections,
                        (held.path("after").asLong() - held.path("before").asLong()) / 1024.0 / connections);
                out.flush();
            }
        }
    }

    private ChildProcess holder(Path work, ConnectServers servers, ConnectServers.Server server, String groupKey) {
        return ChildProcess.startAgain(
                "hold-" + server.name(),
                work,
                List.of("-Xmx" + heap),
                List.of(
                        "bench",
                        "connect-hold",
                        "--kind=" + server.kind(),
                        "--port=" + server.port(),
                        "--ca=" + servers.authority(),
                        "--connections=" + connections),
                Map.of(ConnectHoldCommand.KEY_VARIABLE, groupKey));
    }

    /** Waits until it answers, and tells what TLS agrees on there. */
    private static String answering(Vertx vertx, ConnectServers servers, ConnectServers.Server server)
            throws Exception {
        Future<String> probe = ConnectLoad.agreed(vertx, server.port(), servers.authority());
        for (int i = 0; i < PROBES; i++) {
            probe = probe.recover(refused ->
                    vertx.timer(100).compose(due -> ConnectLoad.agreed(vertx, server.port(), servers.authority())));
        }
        return get(probe, GRACE);
    }

    private int rates(Vertx vertx, ConnectServers servers, String groupKey, PrintWriter out) throws Exception {
        List<ConnectServers.Server> running = new ArrayList<>();
        try {
            for (Start start : starts(servers)) {
                start.server()
                        .ifPresentOrElse(running::add, () -> out.println("mosquitto skipped: it is not installed"));
            }
            List<ConnectLoad> loads = new ArrayList<>();
            for (ConnectServers.Server server : running) {
                out.printf("%-10s %s%n", server.name(), answering(vertx, servers, server));
                ConnectLoad load = new ConnectLoad(
                        vertx,
                        new ConnectLoad.Target(
                                server.kind(),
                                server.port(),
                                servers.authority(),
                                groupKey,
                                Math.max(connections, 2_000)));
                loads.add(load);
                get(load.run(lanes, Duration.ofSeconds(warmUp)), GRACE.plusSeconds(warmUp));
            }
            out.println("round  server       opened  failed      per s  CPU ms each: client  server");
            List<Round> results = new ArrayList<>();
            for (int number = 1; number <= rounds; number++) {
                for (int i = 0; i < loads.size(); i++) {
                    Round round = round(loads.get(i), running.get(i));
                    results.add(round);
                    out.printf(
                            Locale.ROOT,
                            "%5d  %-10s %8d %7d %10.0f %20.3f %7.3f%n",
                            number,
                            round.server(),
                            round.opened(),
                            round.failed(),
                            round.perSecond(),
                            round.clientMillis(),
                            round.serverMillis());
                    out.flush();
                }
            }
            return summarize(results, out);
        } finally {
            running.forEach(ConnectServers.Server::close);
        }
    }

    private Round round(ConnectLoad load, ConnectServers.Server server) throws Exception {
        long self = ProcessHandle.current().pid();
        Duration client = ProcessUsage.cpu(self);
        Duration other = ProcessUsage.cpu(server.process().pid());
        ConnectLoad.Tally tally = get(load.run(lanes, Duration.ofSeconds(seconds)), GRACE.plusSeconds(seconds));
        return new Round(
                server.name(),
                tally.opened().get(),
                tally.failed().get(),
                tally.nanos().get() / 1e9,
                ProcessUsage.cpu(self).minus(client).toMillis() / 1e3,
                ProcessUsage.cpu(server.process().pid()).minus(other).toMillis() / 1e3);
    }

    private int summarize(List<Round> results, PrintWriter out) {
        double bare = median(results, "tls", Round::perSecond);
        results.stream()
                .map(Round::server)
                .distinct()
                .forEach(server -> out.printf(
                        Locale.ROOT,
                        "median %-10s %6.0f per s, CPU ms each: client %.3f, server %.3f; %.0f %% of bare TLS%n",
                        server,
                        median(results, server, Round::perSecond),
                        median(results, server, Round::clientMillis),
                        median(results, server, Round::serverMillis),
                        median(results, server, Round::perSecond) / bare * 100));
        out.flush();
        boolean whole = results.stream().allMatch(round -> round.failed() == 0);
        return whole && median(results, "drover", Round::perSecond) / bare >= demand ? 0 : 1;
    }

    private static double median(List<Round> rounds, String server, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream()
                .filter(round -> round.server().equals(server))
                .mapToDouble(figure)
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private static <T> T get(Future<T> future, Duration patience) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
