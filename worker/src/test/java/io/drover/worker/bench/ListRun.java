package io.drover.worker.bench;

import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceSearch.Filter;
import io.drover.worker.device.DeviceSearch.Order;
import io.drover.worker.device.DeviceSearch.Position;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
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
import java.util.LinkedHashMap;
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

    /** Most have moved, some wait, a few have failed, in four waves, over an hour. */
    private static void spread(LedgerAddress address) throws Exception {
        String number = "CAST(SUBSTR(device_id, 8) AS INTEGER)";
        long now = System.currentTimeMillis();
        String then = (now - 3_600_000) + " + (CAST(" + number + " AS BIGINT) * 7919) % 3600000";
        try (Connection connection = DriverManager.getConnection(
                        address.url(), address.user(), address.password().value());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE device SET wave = 1 + " + number + " % 4, changed_at = " + then
                    + ", state = CASE WHEN " + number + " % 10 < 7 THEN 'MIGRATED' WHEN " + number
                    + " % 10 < 9 THEN 'WAITING' WHEN " + number + " % 1000 = 9 THEN 'FAILED' ELSE 'PENDING' END,"
                    + " reason = CASE WHEN " + number + " % 10 < 7 THEN NULL WHEN " + number
                    + " % 10 < 9 THEN 'DEVICE_OFFLINE' WHEN " + number
                    + " % 1000 = 9 THEN 'SILENT' ELSE NULL END, finished_at = CASE WHEN " + number + " % 10 < 7 THEN "
                    + then + " ELSE NULL END");
            statement.executeUpdate("DELETE FROM device_count");
            statement.executeUpdate(
                    "INSERT INTO device_count (migration_id, wave, state, reason, n) SELECT migration_id, wave,"
                            + " state, CASE WHEN state = 'FAILED' THEN reason ELSE '' END, COUNT(*) FROM device GROUP BY 1, 2, 3, 4");
            if (!address.user().isEmpty()) {
                statement.execute("VACUUM ANALYZE device");
            }
        }
    }

    private void lists() throws Exception {
        Map<String, Filter> filters = new LinkedHashMap<>();
        filters.put("any", new Filter(null, null, null, null));
        filters.put("state of most", new Filter(DeviceState.MIGRATED, null, null, null));
        filters.put("state of few", new Filter(DeviceState.FAILED, null, null, null));
        filters.put("state of none", new Filter(DeviceState.COMMANDED, null, null, null));
        filters.put("reason of many", new Filter(null, FailureReason.DEVICE_OFFLINE, null, null));
        filters.put("reason of few", new Filter(null, FailureReason.SILENT, null, null));
        filters.put("wave", new Filter(null, null, 2, null));
        filters.put("state and wave", new Filter(DeviceState.WAITING, null, 3, null));
        filters.put(
                "state and reason that no device has",
                new Filter(DeviceState.MIGRATED, FailureReason.DEVICE_OFFLINE, null, null));
        filters.put("beginning", new Filter(null, null, null, "device-012345"));
        filters.put("beginning of none", new Filter(null, null, null, "car"));
        filters.put("part", new Filter(null, null, null, "*99999"));
        filters.put("part of none in a state", new Filter(DeviceState.MIGRATED, null, null, "*zzz"));
        for (Map.Entry<String, Filter> filter : filters.entrySet()) {
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
