package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.Ledger;
import io.drover.worker.db.LedgerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceStoreIT {
    private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
    private static final MovePolicy POLICY = new MovePolicy(
            Verification.TELEMETRY,
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofDays(7),
            3,
            1);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Ledger ledger;
    private long migration;

    @BeforeEach
    void openLedger() throws Exception {
        ledger = await(open());
        migration = await(ledger.migrations().createOrGet("m", "app", "group", "dps", "TELEMETRY"))
                .id();
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void manyDevicesMoveTogetherAndEachMoveHasItsHistory() throws Exception {
        registered(500);
        List<DeviceRow> due = await(ledger.devices().due(migration, DeviceState.REGISTERED, NOW, 1000));

        List<Future<Optional<DeviceRow>>> claims = due.stream()
                .map(row -> ledger.devices().claimForCommand(row, NOW, Duration.ofSeconds(30)))
                .toList();
        await(Future.join(claims));
        await(Future.join(due.stream()
                .map(row -> ledger.devices().record(row.key(), Evidence.telemetry(NOW.plusSeconds(1), "hub")))
                .toList()));

        assertThat(await(ledger.devices().counts(migration))).containsEntry(DeviceState.MIGRATED, 500L);
        assertThat(count("SELECT COUNT(*) FROM device_history WHERE to_state = 'MIGRATED'"))
                .isEqualTo(500);
        assertThat(meters.counter("drover.device.transitions", "from", "COMMANDED", "to", "MIGRATED")
                        .count())
                .isEqualTo(500);
    }

    @Test
    void aDeviceIsClaimedOnceHoweverManyAsk() throws Exception {
        registered(1);
        DeviceRow row = await(ledger.devices().due(migration, DeviceState.REGISTERED, NOW, 1))
                .get(0);

        List<Future<Optional<DeviceRow>>> claims = IntStream.range(0, 20)
                .mapToObj(i -> ledger.devices().claimForCommand(row, NOW, Duration.ofSeconds(30)))
                .toList();
        await(Future.join(claims));

        assertThat(claims.stream().filter(claim -> claim.result().isPresent())).hasSize(1);
        assertThat(count("SELECT COUNT(*) FROM device_history WHERE to_state = 'COMMANDED'"))
                .isEqualTo(1);
    }

    @Test
    void aRowChangedSinceItWasReadIsNotExpired() throws Exception {
        registered(1);
        DeviceRow row = await(ledger.devices().due(migration, DeviceState.REGISTERED, NOW, 1))
                .get(0);
        await(ledger.devices().claimForCommand(row, NOW, Duration.ofSeconds(30)));
        Instant later = NOW.plusSeconds(31);
        DeviceRow overdue =
                await(ledger.devices().overdue(migration, later, 10)).get(0);
        await(ledger.devices().record(row.key(), Evidence.assigned(NOW.plusSeconds(5), "hub")));

        assertThat(await(ledger.devices().expire(overdue, later))).isFalse();
        assertThat(await(ledger.devices().counts(migration))).containsEntry(DeviceState.ASSIGNED, 1L);
    }

    @Test
    void aSecondApplyOnTheSameLedgerIsRefused() throws Exception {
        Future<Ledger> second = open();
        await(second.otherwiseEmpty());

        assertThat(second.cause()).isInstanceOf(LedgerException.class).hasMessageContaining("another apply");
    }

    @Test
    void aLedgerReopenedAfterAStopHoldsWhatWasCommitted() throws Exception {
        registered(10);
        await(ledger.close());
        ledger = await(open());

        assertThat(await(ledger.devices().counts(migration))).containsEntry(DeviceState.REGISTERED, 10L);
        assertThat(await(ledger.devices()
                        .known(migration, List.of("a%2Fb", "truck-3", "nobody"), Set.of(DeviceState.REGISTERED))))
                .containsExactly("truck-3");
        assertThat(await(ledger.devices().insert(migration, List.of(new DiscoveredDevice("truck-3", "t", null)))))
                .isZero();
    }

    private void registered(int devices) throws Exception {
        int inserted = await(ledger.devices()
                .insert(
                        migration,
                        IntStream.range(0, devices)
                                .mapToObj(i -> new DiscoveredDevice("truck-" + i, "t", null))
                                .toList()));
        assertThat(inserted).isEqualTo(devices);
        assertThat(await(ledger.devices().moveAll(migration, DeviceState.PENDING, DeviceState.REGISTERED, "group")))
                .isEqualTo(devices);
    }

    private Future<Ledger> open() {
        return Ledger.open(vertx, "jdbc:sqlite:" + directory.resolve("l.db"), POLICY, meters, Clock.systemUTC());
    }

    private long count(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("l.db"));
                java.sql.Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
