package io.drover.simulator.bench;

import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.tls.TlsEngine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulator.jar bench tls}: the TLS engines side by side, in alternating rounds of one run, every round printed. */
@Command(
        name = "tls",
        description =
                "Full TLS handshakes with MQTT CONNECT per second, JDK against OpenSSL, both ends in this process.",
        mixinStandardHelpOptions = true)
final class TlsBenchCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(60);

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds per engine (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "Length of a round (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "5",
            description = "Seconds each engine runs before the first round (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--lanes", defaultValue = "32", description = "Handshakes under way (default: ${DEFAULT-VALUE}).")
    private int lanes;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || rounds > 100 || seconds < 1 || seconds > 600 || warmUp < 0 || lanes < 1 || lanes > 4_096) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Give 1 to 100 rounds of 1 to 600 seconds, a warm-up of 0 or more, 1 to 4096 lanes.");
        }
        PrintWriter out = spec.commandLine().getOut();
        BenchMachine.describe(out);
        Path directory = Files.createTempDirectory("drover-bench");
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        try {
            List<Handshakes> results = measure(vertx, directory, out);
            summarize(results, out);
            return results.stream().allMatch(each -> each.failed() == 0) ? 0 : 1;
        } finally {
            get(vertx.close(), GRACE);
            delete(directory);
        }
    }

    private List<Handshakes> measure(Vertx vertx, Path directory, PrintWriter out) throws Exception {
        CertificateAuthority authority = CertificateAuthority.openOrCreate(directory, Clock.systemUTC());
        PemKeyCertOptions certificate = authority.issueServerCertificate(List.of(HandshakeLoad.NAMES));
        Map<TlsEngine, HandshakeLoad> loads = new EnumMap<>(TlsEngine.class);
        for (TlsEngine engine : TlsEngine.values()) {
            if (engine.isAvailable()) {
                HandshakeLoad load = new HandshakeLoad(vertx, engine, certificate);
                get(load.start(authority.certificateFile()), GRACE);
                loads.put(engine, load);
                get(load.run(lanes, Duration.ofSeconds(warmUp)), GRACE.plusSeconds(warmUp));
            }
        }
        out.println("round  engine   signed in  failed      per s  CPU ms each (both ends)");
        List<Handshakes> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<TlsEngine, HandshakeLoad> each : loads.entrySet()) {
                Handshakes result = round(each.getKey(), each.getValue(), round);
                results.add(result);
                out.printf(
                        Locale.ROOT,
                        "%5d  %-8s %9d %7d %10.0f %8.2f%n",
                        round,
                        name(result.engine()),
                        result.signedIn(),
                        result.failed(),
                        result.perSecond(),
                        result.cpuMillisEach());
                out.flush();
            }
        }
        return results;
    }

    private Handshakes round(TlsEngine engine, HandshakeLoad load, int round) throws Exception {
        long cpu = cpuNanos();
        long begin = System.nanoTime();
        HandshakeLoad.Tally tally = get(load.run(lanes, Duration.ofSeconds(seconds)), GRACE.plusSeconds(seconds));
        return new Handshakes(
                engine,
                round,
                tally.signedIn().get(),
                tally.failed().get(),
                Duration.ofNanos(System.nanoTime() - begin),
                Duration.ofNanos(cpuNanos() - cpu));
    }

    private static void summarize(List<Handshakes> results, PrintWriter out) {
        for (TlsEngine engine : TlsEngine.values()) {
            List<Handshakes> rounds =
                    results.stream().filter(each -> each.engine() == engine).toList();
            if (!rounds.isEmpty()) {
                out.printf(
                        Locale.ROOT,
                        "median %-8s %6.0f per s, %.2f ms CPU each%n",
                        name(engine),
                        median(rounds, Handshakes::perSecond),
                        median(rounds, Handshakes::cpuMillisEach));
            }
        }
        out.flush();
    }

    private static double median(List<Handshakes> rounds, ToDoubleFunction<Handshakes> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static String name(TlsEngine engine) {
        return engine.name().toLowerCase(Locale.ROOT);
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean process
                ? process.getProcessCpuTime()
                : 0;
    }

    private static <T> T get(Future<T> future, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
