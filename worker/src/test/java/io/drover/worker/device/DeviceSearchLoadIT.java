package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceSearch.Filter;
import io.drover.worker.device.DeviceSearch.Found;
import io.drover.worker.device.DeviceSearch.Order;
import io.drover.worker.device.DeviceSearch.Position;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of a migration of 200,000 devices: every filter and order within 200 ms in 95 of 100 cases, on the first page and in the middle. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
@Tag("long")
class DeviceSearchLoadIT {
    private static final int DEVICES = 200_000;
    private static final int ROUNDS = 20;
    private static final int TRIES = 3;
    private static final long LONGEST_MILLIS = 200;

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private long id;

    @Test
    void listsStayFastWhateverTheyAreFilteredBy() throws Exception {
        LedgerAddress address = database.fresh(directory);
        MovePolicy policy = TestPolicies.telemetry(1);
        ledger = await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.systemUTC()));
        try {
            fill();
            spread(address);
            Map<String, Long> slow = measure();
            assertThat(slow).isEmpty();
        } finally {
            await(ledger.close());
            await(vertx.close());
        }
    }

    private void fill() throws Exception {
        Migration migration = await(ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        "load", "app", "group", "dps", "TELEMETRY", "none", MigrationState.RUNNING)));
        id = migration.id();
        for (int from = 0; from < DEVICES; from += 4000) {
            List<DiscoveredDevice> page = new ArrayList<>();
            for (int i = from; i < from + 4000; i++) {
                page.add(new DiscoveredDevice("truck-%06d".formatted(i), "dtmi:drover:truck;1", null));
            }
            await(ledger.devices().insert(id, page));
        }
    }

    private void spread(LedgerAddress address) throws Exception {
        try (Connection connection = database.connect(address)) {
            SpreadDevices.spread(connection, "truck-");
        }
        if (database == TestDatabase.POSTGRES) {
            database.change(address, "ANALYZE device");
        }
    }

    private Map<String, Long> measure() throws Exception {
        Map<String, Long> slow = new LinkedHashMap<>();
        for (Map.Entry<String, Filter> filter :
                SpreadDevices.filters("truck-1234", "9999").entrySet()) {
            for (Order order : Order.values()) {
                Position middle = order == Order.DEVICE
                        ? new Position(0, "truck-100000")
                        : new Position(System.currentTimeMillis() - 1_800_000, "truck-100000");
                String name = database + " " + filter.getKey() + " by " + order;
                keep(slow, name, () -> page(filter.getValue(), order, null));
                keep(slow, name + ", middle", () -> page(filter.getValue(), order, middle));
            }
        }
        keep(
                slow,
                database + " throughput",
                () -> await(ledger.timeline().ends(id, Instant.now().minusSeconds(4000), Duration.ofSeconds(30))));
        keep(
                slow,
                database + " rates",
                () -> await(ledger.timeline().rates(id, Instant.now().minusSeconds(4000), Instant.now())));
        return slow;
    }

    private List<Found> page(Filter filter, Order order, Position after) throws Exception {
        return await(ledger.deviceSearch().page(id, filter, order, after, 50));
    }

    /** What is slow only because of the machine's other work is not slow each time. */
    private static void keep(Map<String, Long> slow, String name, Callable<?> read) throws Exception {
        long p95 = Long.MAX_VALUE;
        for (int again = 0; again < TRIES && p95 >= LONGEST_MILLIS; again++) {
            p95 = Math.min(p95, measured(name, read));
        }
        if (p95 >= LONGEST_MILLIS) {
            slow.put(name, p95);
        }
    }

    private static long measured(String name, Callable<?> read) throws Exception {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            read.call();
            times.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        }
        times.sort(null);
        long p95 = times.get(ROUNDS * 95 / 100 - 1);
        System.out.println(name + ": p50 " + times.get(ROUNDS / 2) + " ms, p95 " + p95 + " ms");
        return p95;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(120, TimeUnit.SECONDS);
    }
}
