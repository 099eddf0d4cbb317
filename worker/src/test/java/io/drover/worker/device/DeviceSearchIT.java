package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceSearch.Filter;
import io.drover.worker.device.DeviceSearch.Found;
import io.drover.worker.device.DeviceSearch.Order;
import io.drover.worker.device.DeviceSearch.Position;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found by a part of an id, few or many, is what has it: in each order, page by page, of this migration alone, and each once. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class DeviceSearchIT {
    private static final int DEVICES = 6_000;
    private static final int PAGE = 700;
    private static final List<String> ODD =
            List.of("truck%7", "truck_7", "TRUCK-7", "truck\\7", "tr\u00fcck-7", "truck'7");

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private long id;

    @BeforeEach
    void fill() throws Exception {
        LedgerAddress address = database.fresh(directory);
        MovePolicy policy = TestPolicies.telemetry(1);
        ledger = await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.systemUTC()));
        List<DiscoveredDevice> devices = new ArrayList<>(IntStream.range(0, DEVICES)
                .mapToObj(i -> new DiscoveredDevice("truck-%06d".formatted(i), "dtmi:drover:truck;1", null))
                .toList());
        ODD.forEach(odd -> devices.add(new DiscoveredDevice(odd, "dtmi:drover:truck;1", null)));
        for (String name : List.of("other", "this")) {
            id = await(ledger.migrations()
                            .createOrGet(new MigrationStore.Definition(
                                    name, "app", "group", "dps", "TELEMETRY", "none", MigrationState.RUNNING)))
                    .id();
            // Discovery begins anew after a crash.
            await(ledger.devices().insert(id, devices.subList(0, DEVICES / 2)));
            await(ledger.devices().insert(id, devices));
        }
        String number = "CAST(SUBSTR(device_id, 7) AS INTEGER)";
        String ordinary = " WHERE device_id LIKE 'truck-______'";
        database.change(address, "UPDATE device SET changed_at = 1000 + (" + number + " * 7919) % 500" + ordinary);
        database.change(
                address,
                "UPDATE device SET state = CASE WHEN " + number + " % 3 = 0 THEN 'MIGRATED' ELSE 'PENDING' END"
                        + ordinary);
        database.change(address, "DELETE FROM device_count");
        database.change(
                address,
                "INSERT INTO device_count (migration_id, wave, state, reason, n)"
                        + " SELECT migration_id, wave, state, '', COUNT(*) FROM device GROUP BY 1, 2, 3");
    }

    @AfterEach
    void end() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void aPartOfAnIdFindsWhateverHasIt() throws Exception {
        List<Found> all = pages(new Filter(null, null, null, null), Order.DEVICE);
        assertThat(all).hasSize(DEVICES + ODD.size());
        for (String part :
                List.of("99", "5", "truck", "k-00", "zzz", "%", "_", "\\", "'", "TRUCK", "\u00fc", "k%7", "000042")) {
            for (DeviceState state : new DeviceState[] {null, DeviceState.MIGRATED, DeviceState.FAILED}) {
                for (Order order : Order.values()) {
                    Filter filter = new Filter(state, null, null, "*" + part);
                    assertThat(pages(filter, order).stream()
                                    .map(found -> found.row().deviceId())
                                    .toList())
                            .as("%s by %s", filter, order)
                            .isEqualTo(expected(all, part, state, order));
                }
            }
        }
    }

    private static List<String> expected(List<Found> all, String part, DeviceState state, Order order) {
        Comparator<Found> byDevice = Comparator.comparing(found -> found.row().deviceId());
        Comparator<Found> byChange = Comparator.comparing(Found::changedAt).thenComparing(byDevice);
        return all.stream()
                .filter(found -> found.row().deviceId().contains(part))
                .filter(found -> state == null || found.row().state() == state)
                .sorted(
                        switch (order) {
                            case DEVICE -> byDevice;
                            case CHANGED -> byChange;
                            case LAST_CHANGED -> byChange.reversed();
                        })
                .map(found -> found.row().deviceId())
                .toList();
    }

    private List<Found> pages(Filter filter, Order order) throws Exception {
        List<Found> all = new ArrayList<>();
        Position after = null;
        List<Found> page;
        do {
            page = await(ledger.deviceSearch().page(id, filter, order, after, PAGE));
            all.addAll(page);
            after = page.isEmpty() ? null : page.get(page.size() - 1).position();
        } while (page.size() == PAGE);
        return all;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
