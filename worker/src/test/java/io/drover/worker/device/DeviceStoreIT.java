package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.LedgerException;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
class DeviceStoreIT {
    private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
    private static final MovePolicy POLICY = TestPolicies.telemetry(3);

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private LedgerAddress address;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Ledger ledger;
    private long migration;

    @BeforeEach
    void openLedger() throws Exception {
        address = database.fresh(directory);
        ledger = await(open());
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void manyDevicesMoveTogetherAndEachMoveHasItsHistoryAndIsCounted() throws Exception {
        registered(500);
        List<DeviceRow> claimed = await(ledger.devices().claim(claim(1000)));

        await(Future.join(claimed.stream()
                .map(row -> ledger.devices().record(row.key(), Evidence.telemetry(NOW.plusSeconds(1), "hub")))
                .toList()));

        assertThat(claimed).hasSize(500);
        assertThat(byState()).containsEntry(DeviceState.MIGRATED, 500L);
        assertThat(count("SELECT COUNT(*) FROM device WHERE state = 'MIGRATED'"))
                .isEqualTo(500);
        assertThat(count("SELECT COUNT(*) FROM device_history WHERE to_state = 'MIGRATED'"))
                .isEqualTo(500);
        assertThat(meters.counter("drover.device.transitions", "from", "COMMANDED", "to", "MIGRATED")
                        .count())
                .isEqualTo(500);
    }

    @Test
    void aDeviceIsClaimedOnceHoweverManyAsk() throws Exception {
        registered(1);

        List<Future<List<DeviceRow>>> claims = IntStream.range(0, 20)
                .mapToObj(i -> ledger.devices().claim(claim(10)))
                .toList();
        await(Future.join(claims));

        assertThat(claims.stream().filter(claim -> !claim.result().isEmpty())).hasSize(1);
        assertThat(count("SELECT COUNT(*) FROM device_history WHERE to_state = 'COMMANDED'"))
                .isEqualTo(1);
    }

    @Test
    void onlyDevicesOfOpenedWavesAreClaimedInTheirOrder() throws Exception {
        await(ledger.devices()
                .insert(
                        migration,
                        List.of(
                                new DiscoveredDevice("a", "t", null, 0, 3),
                                new DiscoveredDevice("b", "t", null, 0, 1),
                                new DiscoveredDevice("c", "t", null, 0, 2))));
        await(ledger.devices().assign(migration, 1, 2));
        await(ledger.devices().assign(migration, 2, 10));
        await(ledger.devices().release(migration, 1, "group"));
        await(ledger.devices().release(migration, 2, "group"));

        assertThat(await(ledger.devices().claim(claim(10))))
                .extracting(DeviceRow::deviceId)
                .containsExactly("b", "c");
    }

    @Test
    void aRowChangedSinceItWasReadIsNotExpired() throws Exception {
        registered(1);
        DeviceRow row = await(ledger.devices().claim(claim(1))).get(0);
        Instant later = NOW.plusSeconds(31);
        DeviceRow overdue =
                await(ledger.devices().reads().overdue(migration, later, 10)).get(0);
        await(ledger.devices().record(row.key(), Evidence.assigned(NOW.plusSeconds(5), "hub")));

        assertThat(await(ledger.devices().expire(overdue, later, true))).isFalse();
        assertThat(byState()).containsEntry(DeviceState.ASSIGNED, 1L);
    }

    @Test
    void aRetryIsCommandedOnlyAfterALookAtTheTargetThatBeganAfterIt() throws Exception {
        registered(1);
        DeviceRow row = await(ledger.devices().claim(claim(1))).get(0);
        await(ledger.devices().expire(row, NOW.plusSeconds(31), false));
        DeviceRow failed = await(ledger.devices().reads().find(row.key())).orElseThrow();
        await(ledger.devices().retry(failed, "operator"));
        Instant after = Instant.now().plusSeconds(5);

        DeviceClaim now = claim(1);
        List<DeviceRow> before = await(ledger.devices().claim(at(now, after, NOW)));
        List<DeviceRow> looked = await(ledger.devices().claim(at(now, after, after)));

        assertThat(failed.state()).isEqualTo(DeviceState.FAILED);
        assertThat(before).isEmpty();
        assertThat(looked).hasSize(1);
        assertThat(looked.get(0).attempt()).isEqualTo(2);
    }

    @Test
    void countsAlwaysAddUpToTheRowsWhateverHappens() throws Exception {
        registered(300);
        Random random = new Random(7);
        List<EvidenceKind> kinds = List.of(EvidenceKind.values());
        for (int round = 0; round < 20; round++) {
            List<DeviceRow> claimed = await(ledger.devices().claim(claim(40)));
            List<Future<?>> answers = new ArrayList<>();
            for (DeviceRow row : claimed) {
                EvidenceKind kind = kinds.get(random.nextInt(kinds.size()));
                answers.add(ledger.devices()
                        .recordAnswer(row.key(), new Evidence(kind, NOW.plusSeconds(round), row.attempt(), "x")));
            }
            await(Future.join(answers));
            for (DeviceRow row : await(ledger.devices().reads().overdue(migration, NOW.plusSeconds(3600), 20))) {
                await(ledger.devices().expire(row, NOW.plusSeconds(3600), random.nextBoolean()));
            }
        }
        await(ledger.devices().giveUp(migration, 1, DeviceState.WAITING, FailureReason.DEADLINE_PASSED, "end"));
        await(ledger.devices().giveUp(migration, 1, DeviceState.REGISTERED, FailureReason.CANCELLED, "abort"));

        DeviceCounts counts = await(ledger.devices().counts(migration));
        assertThat(counts.total()).isEqualTo(300);
        for (DeviceCounts.Entry entry : counts.entries()) {
            assertThat(count("SELECT COUNT(*) FROM device WHERE state = '" + entry.state() + "' AND wave = "
                            + entry.wave()
                            + (entry.reason() == null ? "" : " AND reason = '" + entry.reason() + "'")))
                    .as(entry.toString())
                    .isEqualTo(entry.devices());
        }
    }

    @Test
    void aWaitingDeviceSeenAtTheSourceIsCommandedBeforeAllOthers() throws Exception {
        registered(3);
        for (DeviceRow row : await(ledger.devices().claim(claim(3)))) {
            await(ledger.devices().recordAnswer(row.key(), Evidence.offline(NOW, 1, "404")));
        }
        assertThat(await(ledger.devices().awake(new DeviceKey(migration, "truck-2"), NOW, "export")))
                .isTrue();
        DeviceClaim waiting =
                new DeviceClaim(migration, DeviceState.WAITING, 1, 5, NOW, null, Duration.ofSeconds(30), "w");

        assertThat(await(ledger.devices().claim(waiting)))
                .extracting(DeviceRow::deviceId)
                .containsExactly("truck-2");
    }

    @Test
    void aTargetOfTheSameNameAndAnotherKindIsAnotherMigration() throws Exception {
        Future<?> other = ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        "m", "app", "group", "dps", TargetKind.APPLICATION, "TELEMETRY", "", MigrationState.RUNNING));
        await(other.otherwiseEmpty());

        assertThat(other.cause()).hasMessageContaining("has another source, target");
    }

    @Test
    void theCommandsOfALostWorkerHaveAnUnknownOutcome() throws Exception {
        registered(2);
        await(ledger.devices().claim(claim(2)));

        assertThat(await(ledger.devices().ownerLost(migration, "w"))).isEqualTo(2);
        assertThat(await(ledger.devices().ownerLost(migration, "w"))).isZero();
        assertThat(count("SELECT COUNT(*) FROM device WHERE negative = 'UNKNOWN_OUTCOME'"))
                .isEqualTo(2);
    }

    @Test
    void evidenceIsKeptWhileTheDatabaseIsAway() throws Exception {
        assumeThat(database).isEqualTo(TestDatabase.POSTGRES);
        registered(500);
        List<DeviceRow> claimed = await(ledger.devices().claim(claim(1000)));
        List<Future<Boolean>> written = new ArrayList<>();
        for (DeviceRow row : claimed) {
            written.add(ledger.devices().record(row.key(), Evidence.telemetry(NOW.plusSeconds(1), "hub")));
        }
        assertThat(count("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE application_name = 'drover' AND datname = current_database()"))
                .isPositive();
        for (DeviceRow row : claimed) {
            written.add(ledger.devices().record(row.key(), Evidence.connected(NOW.plusSeconds(1), "hub")));
        }
        await(Future.all(written));

        assertThat(byState()).containsEntry(DeviceState.MIGRATED, 500L);
    }

    @Test
    void aSecondApplyOnTheSameFileIsRefused() throws Exception {
        assumeThat(database).isEqualTo(TestDatabase.SQLITE);
        Future<Ledger> second = open();
        await(second.otherwiseEmpty());

        assertThat(second.cause()).isInstanceOf(LedgerException.class).hasMessageContaining("another apply");
    }

    @Test
    void aLedgerReopenedAfterAStopHoldsWhatWasCommitted() throws Exception {
        registered(10);
        await(ledger.close());
        ledger = await(open());

        assertThat(byState()).containsEntry(DeviceState.REGISTERED, 10L);
        assertThat(await(ledger.devices()
                        .known(migration, List.of("a%2Fb", "truck-3", "nobody"), Set.of(DeviceState.REGISTERED))))
                .containsExactly("truck-3");
        assertThat(await(ledger.devices().insert(migration, List.of(new DiscoveredDevice("truck-3", "t", null)))))
                .isZero();
    }

    @Test
    void whatIsWrittenDownCompletesOnTheEventLoopOfWhoeverWaitsForIt() throws Exception {
        registered(8);
        List<DeviceRow> claimed = await(ledger.devices().claim(claim(8)));
        List<Boolean> own = new CopyOnWriteArrayList<>();
        for (DeviceRow row : claimed) {
            Evidence evidence = Evidence.telemetry(NOW.plusSeconds(1), "hub");
            await(vertx.deployVerticle(new VerticleBase() {
                @Override
                public Future<?> start() {
                    Thread mine = Thread.currentThread();
                    return ledger.devices()
                            .record(row.key(), evidence)
                            .map(moved -> own.add(Thread.currentThread() == mine))
                            .compose(noted -> ledger.devices().recordAll(migration, Map.of(row.deviceId(), evidence)))
                            .map(states -> own.add(Thread.currentThread() == mine));
                }
            }));
        }

        assertThat(own).hasSize(16).containsOnly(true);
    }

    private void registered(int devices) throws Exception {
        int inserted = await(ledger.devices()
                .insert(
                        migration,
                        IntStream.range(0, devices)
                                .mapToObj(i -> new DiscoveredDevice("truck-" + i, "t", null))
                                .toList()));
        assertThat(inserted).isEqualTo(devices);
        assertThat(await(ledger.devices().assign(migration, 1, Long.MAX_VALUE))).isEqualTo(devices);
        assertThat(await(ledger.devices().release(migration, 1, "group"))).isEqualTo(devices);
    }

    private Map<DeviceState, Long> byState() throws Exception {
        return await(ledger.devices().counts(migration)).byState();
    }

    private DeviceClaim claim(int limit) {
        return new DeviceClaim(migration, DeviceState.REGISTERED, 1, limit, NOW, null, Duration.ofSeconds(30), "w");
    }

    private static DeviceClaim at(DeviceClaim claim, Instant now, Instant looked) {
        return new DeviceClaim(
                claim.migrationId(),
                claim.state(),
                claim.openWaves(),
                claim.limit(),
                now,
                looked,
                claim.answerDeadline(),
                claim.owner());
    }

    private Future<Ledger> open() {
        return Ledger.open(vertx, address, POLICY, meters, Clock.systemUTC());
    }

    private long count(String sql) throws Exception {
        return database.count(address, sql);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
