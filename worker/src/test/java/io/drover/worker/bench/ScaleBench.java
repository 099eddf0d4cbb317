package io.drover.worker.bench;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The worker's ledger and stages at scale: how fast devices go through all of them, at what cost each, and how long lists
 * take when all are there. Each run is a process of its own with the given heap. See docs/performance.md.
 */
public final class ScaleBench {
    /** Devices that a process takes through all stages of another ledger first, so that its code is compiled when it is measured. */
    private static final int WARM_UP = 200_000;

    /** A run of this many or more is long enough to be measured once; of smaller ones the median of several counts. */
    private static final int LONG_ENOUGH = 100_000;

    private static final int SHORT_RUNS = 5;

    private final String heap;
    private final List<String> options;

    private ScaleBench(String heap, List<String> options) {
        this.heap = heap;
        this.options = options;
    }

    /** Arguments: databases, numbers of devices, the heap's limit, and options for the measured processes. */
    public static void main(String[] args) throws Exception {
        List<TestDatabase> databases = Arrays.stream(args[0].split(",", -1))
                .map(name -> TestDatabase.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        List<Integer> sizes =
                Arrays.stream(args[1].split(",", -1)).map(Integer::valueOf).toList();
        ScaleBench bench = new ScaleBench(args[2], Arrays.asList(args).subList(3, args.length));
        System.out.printf(
                Locale.ROOT,
                "%s, %d CPUs, Java %s, %s%n",
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.version"),
                java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
        for (TestDatabase database : databases) {
            bench.measure(database, sizes);
        }
        // The embedded PostgreSQL's own threads would keep the process.
        System.exit(0);
    }

    private void measure(TestDatabase database, List<Integer> sizes) throws Exception {
        Path folder = Files.createTempDirectory("drover-bench");
        try {
            Map<Integer, Double> micros = new TreeMap<>();
            for (int devices : sizes) {
                LedgerAddress address = fresh(database, folder, devices);
                double yardstick = yardstick(database, folder, devices);
                LedgerAddress warm =
                        durable(database, database.fresh(Files.createDirectory(folder.resolve("warm-" + devices))));
                List<String> arguments =
                        new ArrayList<>(List.of(Integer.toString(devices), warm.url(), Integer.toString(WARM_UP)));
                for (int again = 1; devices < LONG_ENOUGH && again < SHORT_RUNS; again++) {
                    Path more = Files.createDirectory(folder.resolve("ledger-" + devices + "-" + again));
                    arguments.add(durable(database, database.fresh(more)).url());
                }
                micros.put(devices, run(ScaleRun.class, address, arguments.toArray(String[]::new)));
                System.out.printf(Locale.ROOT, "  bare upserts a second just before: %.0f%n", yardstick);
                if (devices == sizes.get(sizes.size() - 1)) {
                    run(ListRun.class, address, Integer.toString(devices));
                }
            }
            double least = micros.values().iterator().next();
            micros.forEach((devices, each) -> System.out.printf(
                    Locale.ROOT,
                    "%s: %,d devices cost %.0f us each, %.2f of the first size%n",
                    database,
                    devices,
                    each,
                    each / least));
            further(database, micros);
        } finally {
            remove(folder);
        }
    }

    /** What a device costs that a smaller run did not have, so without the start and the end that each migration has once. */
    private static void further(TestDatabase database, Map<Integer, Double> micros) {
        int before = 0;
        for (Map.Entry<Integer, Double> run : micros.entrySet()) {
            if (before > 0) {
                double more = run.getKey() * run.getValue() - before * micros.get(before);
                System.out.printf(
                        Locale.ROOT,
                        "%s: from %,d to %,d devices, each further one costs %.0f us%n",
                        database,
                        before,
                        run.getKey(),
                        more / (run.getKey() - before));
            }
            before = run.getKey();
        }
    }

    private static LedgerAddress fresh(TestDatabase database, Path folder, int devices) throws Exception {
        LedgerAddress address = database.fresh(Files.createDirectory(folder.resolve("ledger-" + devices)));
        try (Connection connection = database.connect(address)) {
            System.out.printf(
                    Locale.ROOT,
                    "%s %s%n",
                    connection.getMetaData().getDatabaseProductName(),
                    connection.getMetaData().getDatabaseProductVersion());
        }
        return durable(database, address);
    }

    /** The PostgreSQL of the tests answers a commit before it is on the disk; a ledger's does not. */
    private static LedgerAddress durable(TestDatabase database, LedgerAddress address) throws SQLException {
        if (database == TestDatabase.POSTGRES) {
            try (Connection connection = database.connect(address)) {
                database.change(address, "ALTER DATABASE " + connection.getCatalog() + " SET synchronous_commit = on");
            }
        }
        return address;
    }

    private static double yardstick(TestDatabase database, Path folder, int devices) throws SQLException, IOException {
        LedgerAddress bare =
                durable(database, database.fresh(Files.createDirectory(folder.resolve("bare-" + devices))));
        return Yardstick.upsertsPerSecond(
                bare.url(), bare.user(), bare.password().value());
    }

    /** Completes with the number that the process printed as its result, or 0. */
    private double run(Class<?> main, LedgerAddress address, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(address.url(), address.user()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        double result = 0;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String text = output.readLine(); text != null; text = output.readLine()) {
                if (text.startsWith("result ")) {
                    result = Double.parseDouble(text.substring("result ".length()));
                } else {
                    System.out.println(text);
                }
            }
        }
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IllegalStateException(main.getSimpleName() + " of " + arguments[0] + " devices failed");
        }
        return result;
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
