package io.drover.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.cluster.LeaseStore.Lease;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.AuditChain;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two openings of one ledger, as two processes would have them: leases, shared pace, claims, audit. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class SharedLedgerIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final MovePolicy POLICY = TestPolicies.telemetry(3);

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private LedgerAddress address;
    private Ledger one;
    private Ledger other;
    private long migration;

    @BeforeEach
    void open() throws Exception {
        address = database.fresh(directory);
        one = await(Ledger.open(vertx, address, POLICY, new SimpleMeterRegistry(), Clock.systemUTC()));
        other = await(Ledger.openBeside(vertx, address, POLICY, new SimpleMeterRegistry(), Clock.systemUTC()));
        migration = await(one.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
    }

    @AfterEach
    void close() throws Exception {
        await(one.close());
        await(other.close());
        await(vertx.close());
    }

    @Test
    void aLeaseHasOneHolderUntilItIsTakenOverOrGivenUp() throws Exception {
        assertThat(await(one.leases().hold("lead", "a"))).isTrue();
        assertThat(await(one.leases().hold("lead", "a"))).isTrue();
        assertThat(await(other.leases().hold("lead", "b"))).isFalse();
        Lease seen = await(other.leases().all("lead")).get(0);
        assertThat(await(one.leases().hold("lead", "a"))).isTrue();

        assertThat(await(other.leases().takeOver(seen, "b"))).as("it moved").isFalse();
        Lease now = await(other.leases().all("lead")).get(0);
        assertThat(await(other.leases().takeOver(now, "b"))).isTrue();
        assertThat(await(one.leases().hold("lead", "a"))).isFalse();
        await(other.leases().release("lead", "b"));
        assertThat(await(one.leases().hold("lead", "a"))).isTrue();
    }

    @Test
    void aPaceIsKeptTogether() throws Exception {
        List<Future<PaceStore.Slots>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asked.add((i % 2 == 0 ? one : other).paces().reserve("limit", 100, 10));
        }
        await(Future.all(asked));

        List<Instant> firsts =
                asked.stream().map(slots -> slots.result().first()).sorted().toList();
        for (int i = 1; i < firsts.size(); i++) {
            assertThat(Duration.between(firsts.get(i - 1), firsts.get(i)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(99));
        }
        assertThat(await(one.paces().closedFor("limit"))).isGreaterThan(Duration.ofSeconds(1));
        assertThat(await(one.paces().closedFor("another"))).isZero();
    }

    @Test
    void noDeviceIsClaimedByBoth() throws Exception {
        registered(600);
        List<Future<List<DeviceRow>>> claims = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            claims.add(claim(i % 2 == 0 ? one : other, i % 2 == 0 ? "a" : "b"));
        }
        await(Future.all(claims));

        List<String> claimed = claims.stream()
                .flatMap(claim -> claim.result().stream())
                .map(DeviceRow::deviceId)
                .toList();
        assertThat(new HashSet<>(claimed)).hasSameSizeAs(claimed);
        assertThat(database.count(address, "SELECT COUNT(*) FROM device WHERE state = 'COMMANDED'"))
                .isEqualTo(claimed.size());
        assertThat(await(one.devices().reads().ownersInFlight(migration))).isEqualTo(Set.of("a", "b"));
    }

    @Test
    void bothMayWriteDownEvidenceOfTheSameDevicesAndTheCountsStayRight() throws Exception {
        registered(300);
        List<DeviceRow> rows = new ArrayList<>();
        while (rows.size() < 300) {
            rows.addAll(await(claim(one, "a")));
        }
        List<Future<Boolean>> written = new ArrayList<>();
        for (DeviceRow row : rows) {
            written.add(one.devices().record(row.key(), Evidence.assigned(NOW.plusSeconds(1), "hub")));
            written.add(other.devices().record(row.key(), Evidence.telemetry(NOW.plusSeconds(2), "hub")));
        }
        await(Future.all(written));

        assertThat(await(one.devices().counts(migration)).in(DeviceState.MIGRATED))
                .isEqualTo(300);
        assertThat(await(other.devices().counts(migration)).total()).isEqualTo(300);
        assertThat(database.count(
                        address,
                        "SELECT COUNT(*) FROM device_history WHERE to_state = 'MIGRATED'"
                                + " AND from_state <> 'MIGRATED'"))
                .isEqualTo(300);
    }

    @Test
    void evidenceMeetsTheLedgersRowAndNotTheOneThatThisProcessWroteLast() throws Exception {
        registered(1);
        DeviceKey device = await(claim(one, "a")).get(0).key();
        await(other.devices().record(device, Evidence.telemetry(NOW.plusSeconds(2), "hub")));

        await(one.devices().recordAnswer(device, Evidence.accepted(NOW.plusSeconds(1), 1, "status 200")));

        DeviceRow row = await(one.devices().reads().find(device)).orElseThrow();
        assertThat(row.state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(row.acceptedAt()).isEqualTo(NOW.plusSeconds(1));
        assertThat(row.telemetryAt()).isEqualTo(NOW.plusSeconds(2));
        assertThat(await(one.devices().counts(migration)).in(DeviceState.MIGRATED))
                .isEqualTo(1);
    }

    @Test
    void whatWouldChangeNothingHereIsHeldAgainstTheLedgerAllTheSame() throws Exception {
        registered(1);
        DeviceKey device = await(claim(one, "a")).get(0).key();
        await(other.devices().recordAnswer(device, Evidence.offline(NOW.plusSeconds(1), 1, "offline")));
        await(other.devices().awake(device, NOW.plusSeconds(2), "seen"));
        assertThat(await(other.devices()
                        .claim(new DeviceClaim(
                                migration,
                                DeviceState.WAITING,
                                1,
                                1,
                                NOW.plusSeconds(3),
                                null,
                                Duration.ofSeconds(30),
                                "b"))))
                .hasSize(1);

        // The first process knows of no second attempt.
        await(one.devices().recordAnswer(device, Evidence.accepted(NOW.plusSeconds(4), 2, "status 200")));

        assertThat(await(one.devices().reads().find(device)).orElseThrow().state())
                .isEqualTo(DeviceState.ACCEPTED);
    }

    @Test
    void theAuditStaysOneChainWhoeverWrites() throws Exception {
        List<Future<String>> appended = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            appended.add((i % 2 == 0 ? one : other).audit().append(new AuditStore.Act("a" + i, "verb", "m", null)));
        }
        await(Future.all(appended));

        AuditChain chain = new AuditChain(null);
        await(one.audit().eachPage(page -> {
            page.forEach(chain::add);
            return Future.succeededFuture();
        }));
        assertThat(chain.holds()).as(chain.verdict()).isTrue();
        assertThat(database.count(address, "SELECT COUNT(*) FROM audit")).isEqualTo(40);
    }

    private Future<List<DeviceRow>> claim(Ledger ledger, String owner) {
        return ledger.devices()
                .claim(new DeviceClaim(
                        migration, DeviceState.REGISTERED, 1, 15, NOW, null, Duration.ofSeconds(30), owner));
    }

    private void registered(int devices) throws Exception {
        await(one.devices()
                .insert(
                        migration,
                        IntStream.range(0, devices)
                                .mapToObj(i -> new DiscoveredDevice("truck-" + i, "t", null))
                                .toList()));
        await(one.devices().assign(migration, 1, Long.MAX_VALUE));
        await(one.devices().release(migration, 1, "group"));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
