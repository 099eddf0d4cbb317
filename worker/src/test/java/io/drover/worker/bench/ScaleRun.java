package io.drover.worker.bench;

import com.sun.management.OperatingSystemMXBean;
import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.LedgerAddress;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One run of {@link ScaleBench} in a process of its own, so that heap limit and peaks are those of the worker alone. */
public final class ScaleRun {
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private ScaleRun() {}

    /**
     * Arguments: the URL of a ledger to be measured, its user, and how many devices; the URL of a ledger to warm up with, and how many
     * devices there; then the URLs of further ledgers that are measured likewise, one after the other.
     */
    public static void main(String[] args) throws Exception {
        int devices = Integer.parseInt(args[2]);
        try (PipelineRun first = new PipelineRun(address(args[3], args[1]), Integer.parseInt(args[4]))) {
            first.run(LONGEST);
        }
        List<String> urls = new ArrayList<>(List.of(args[0]));
        urls.addAll(Arrays.asList(args).subList(5, args.length));
        List<Double> micros = new ArrayList<>();
        for (String url : urls) {
            micros.add(measure(address(url, args[1]), devices));
        }
        Collections.sort(micros);
        // The number that ScaleBench reads: the median.
        System.out.printf(Locale.ROOT, "result %.3f%n", micros.get(micros.size() / 2));
    }

    private static LedgerAddress address(String url, String user) {
        return new LedgerAddress(url, user, new Secret("unused"), null);
    }

    /** Microseconds a device. */
    private static double measure(LedgerAddress address, int devices) throws Exception {
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
        long compiled = ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
        long collected = collections();
        PipelineRun.Times times;
        try (PipelineRun run = new PipelineRun(address, devices)) {
            long cpu = cpuNanos();
            times = run.run(LONGEST);
            cpu = cpuNanos() - cpu;
            System.out.printf(Locale.ROOT, "devices %,d%n", devices);
            System.out.printf(
                    Locale.ROOT,
                    "  end to end %.1f s, %.0f devices/s, %.1f us a device%n",
                    seconds(times.done()),
                    times.perSecond(),
                    times.microsPerDevice());
            System.out.printf(Locale.ROOT, "  discovered after %.1f s%n", seconds(times.discovered()));
            System.out.printf(
                    Locale.ROOT,
                    "  worker's CPU %.1f us a device, of it %.1f us by the JIT compiler%n",
                    cpu / 1000.0 / devices,
                    (ManagementFactory.getCompilationMXBean().getTotalCompilationTime() - compiled) * 1000.0 / devices);
            System.out.printf(
                    Locale.ROOT,
                    "  heap limit %d MiB, peaks of its parts %d MiB, resident peak %s, collections %d ms, load average %.1f%n",
                    Runtime.getRuntime().maxMemory() >> 20,
                    heapPeak() >> 20,
                    resident(),
                    collections() - collected,
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
        stages(address);
        return times.microsPerDevice();
    }

    private static void stages(LedgerAddress address) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        address.url(), address.user(), address.password().value());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT to_state, COUNT(*), MIN(at), MAX(at), MIN(at) - (SELECT MIN(created_at) FROM migration)"
                                + " FROM device_history GROUP BY to_state ORDER BY MIN(at)")) {
            while (rows.next()) {
                double took = Math.max(1, rows.getLong(4) - rows.getLong(3)) / 1000.0;
                System.out.printf(
                        Locale.ROOT,
                        "  %-10s %,9d moves, the first after %.2f s, within %.2f s, %.0f/s%n",
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getLong(5) / 1000.0,
                        took,
                        rows.getLong(2) / took);
            }
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long heapPeak() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(java.lang.management.MemoryUsage::getUsed)
                .sum();
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static String resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return "unknown";
        }
        return Files.readAllLines(status).stream()
                .filter(text -> text.startsWith("VmHWM"))
                .map(text -> Long.parseLong(text.replaceAll("\\D", "")) / 1024 + " MiB")
                .findFirst()
                .orElse("unknown");
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
