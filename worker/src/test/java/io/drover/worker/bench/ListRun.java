package io.drover.worker.bench;

import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceSearch.Filter;
import io.drover.worker.device.DeviceSearch.Order;
import io.drover.worker.device.DeviceSearch.Position;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.SpreadDevices;
import io.drover.worker.device.TestPolicies;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;

/** Lists and timelines of a ledger that {@link ScaleRun} filled: every filter in every order, first page and middle, 50 rows. */
public final class ListRun {
    private static final int ROUNDS = 20;
    private static final long LIST_MILLIS = 200;
    private static final long TIMELINE_MILLIS = 100;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Ledger ledger;
    private final long id;
    private final int devices;
    private final long now = System.currentTimeMillis();
    private int slow;
    private int measured;

    private ListRun(Ledger ledger, long id, int devices) {
        this.ledger = ledger;
        this.id = id;
        this.devices = devices;
    }

    /** Arguments as {@link ScaleRun}'s. */
    public static void main(String[] args) throws Exception {
        LedgerAddress address = new LedgerAddress(args[0], args[1], new Secret("unused"), null);
        int devices = Integer.parseInt(args[2]);
        spread(address);
        Vertx vertx = Vertx.vertx();
        MovePolicy policy = TestPolicies.telemetry(3);
        Ledger ledger = await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.systemUTC()));
        try {
            long id = await(ledger.migrations().find("bench")).orElseThrow().id();
            ListRun run = new ListRun(ledger, id, devices);
            run.lists();
            run.timelines();
        } finally {
            await(ledger.close());
            await(vertx.close());
        }
    }

    private static void spread(LedgerAddress address) throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        address.url(), address.user(), address.password().value());
                Statement statement = connection.createStatement()) {
            SpreadDevices.spread(connection, "device-");
            if (!address.user().isEmpty()) {
                statement.execute("VACUUM ANALYZE device");
            }
        }
    }

    private void lists() throws Exception {
        for (Map.Entry<String, Filter> filter :
                SpreadDevices.filters("device-012345", "99999").entrySet()) {
            for (Order order : Order.values()) {
                Position middle = order == Order.DEVICE
                        ? new Position(0, MemoryCloud.id(devices / 2))
                        : new Position(now - 1_800_000, MemoryCloud.id(devices / 2));
                measure(
                        "list of " + filter.getKey() + " by " + order,
                        LIST_MILLIS,
                        () -> page(filter.getValue(), order, null));
                measure(
                        "list of " + filter.getKey() + " by " + order + ", middle",
                        LIST_MILLIS,
                        () -> page(filter.getValue(), order, middle));
            }
        }
        System.out.printf(Locale.ROOT, "  %d of %d lists had a p95 over %d ms%n", slow, measured, LIST_MILLIS);
    }

    private Object page(Filter filter, Order order, Position after) throws Exception {
        return await(ledger.deviceSearch().page(id, filter, order, after, 50));
    }

    private void timelines() throws Exception {
        Random random = new Random(1);
        slow = 0;
        measure(
                "timeline of one device",
                TIMELINE_MILLIS,
                () -> await(
                        ledger.timeline().history(new DeviceKey(id, MemoryCloud.id(random.nextInt(devices))), 1000)));
    }

    private void measure(String name, long atMost, Callable<?> read) throws Exception {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            read.call();
            times.add((System.nanoTime() - begun) / 1e6);
        }
        times.sort(null);
        double p95 = times.get(ROUNDS * 95 / 100 - 1);
        measured++;
        slow += p95 > atMost ? 1 : 0;
        System.out.printf(
                Locale.ROOT,
                "  %s%s: p50 %.1f ms, p95 %.1f ms%n",
                p95 > atMost ? "SLOW " : "",
                name,
                times.get(ROUNDS / 2),
                p95);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return PipelineRun.await(future, LONGEST);
    }
}
