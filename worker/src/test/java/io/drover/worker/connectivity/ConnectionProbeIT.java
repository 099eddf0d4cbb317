package io.drover.worker.connectivity;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.source.HubSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that wait, a hub that says who is connected, and which of them are commanded. */
class ConnectionProbeIT {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final MovePolicy POLICY = new MovePolicy(
            Verification.TELEMETRY,
            ANSWER,
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofDays(7),
            3,
            Duration.ofHours(1),
            false,
            1);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.systemUTC();
    private final Set<String> connected = ConcurrentHashMap.newKeySet();
    private ScriptedAzure azure;
    private Ledger ledger;
    private long migration;
    private ConnectionProbe probe;

    @BeforeEach
    void open() throws Exception {
        azure = new ScriptedAzure(request -> {
            JsonArray page = new JsonArray();
            connected.forEach(id -> page.add(new JsonObject().put("deviceId", id)));
            request.response().end(page.toBuffer());
        });
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        LedgerAddress address = LedgerAddress.ofFile("jdbc:sqlite:" + directory.resolve("l.db"));
        ledger = await(Ledger.open(vertx, address, POLICY, meters, clock));
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "hub", "all", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
        await(ledger.devices()
                .insert(
                        migration,
                        List.of(new DiscoveredDevice("back", null, null), new DiscoveredDevice("away", null, null))));
        await(ledger.devices().assign(migration, 1, Long.MAX_VALUE));
        await(ledger.devices().release(migration, 1, "groups"));
        HubClient hub = new HubClient(
                azure.http(ScriptedAzure.SECRET, meters), "hub.example.test", "https://iothubs.example.test");
        probe = new ConnectionProbe(
                new HubSource(hub, null, null, Map.of(), false, "DeviceMove"),
                ledger.devices(),
                migration,
                Duration.ZERO,
                clock);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
        azure.close();
    }

    @Test
    void nobodyIsAskedWhileNoDeviceWaits() throws Exception {
        connected.add("back");

        assertThat(await(probe.round())).isZero();
        assertThat(azure.asked).isEmpty();
    }

    @Test
    void aWaitingDeviceThatIsConnectedAgainIsDueAtOnceAndTheOthersAreNot() throws Exception {
        allOffline(DeviceState.REGISTERED);
        assertThat(due()).isEmpty();
        connected.add("back");
        connected.add("stranger");

        assertThat(await(probe.round())).isEqualTo(1);

        assertThat(due()).extracting(DeviceRow::deviceId).containsExactly("back");
    }

    @Test
    void aConnectedDeviceThatCannotBeReachedIsTriedMoreAndMoreRarely() throws Exception {
        allOffline(DeviceState.REGISTERED);
        connected.add("back");
        int woken = 0;
        for (int round = 1; round <= 16; round++) {
            woken += await(probe.round());
            offline(due());
        }

        assertThat(woken).as("after rounds 1, 2, 4, 8 and 16").isEqualTo(5);
    }

    @Test
    void aDeviceThatWentAwayAndCameBackIsTriedAtOnceAgain() throws Exception {
        allOffline(DeviceState.REGISTERED);
        connected.add("back");
        for (int round = 1; round <= 3; round++) {
            await(probe.round());
            offline(due());
        }
        connected.clear();
        await(probe.round());
        connected.add("back");

        assertThat(await(probe.round())).isEqualTo(1);
    }

    private void allOffline(DeviceState state) throws Exception {
        offline(claim(state));
    }

    private void offline(List<DeviceRow> commanded) throws Exception {
        for (DeviceRow row : commanded) {
            DeviceKey key = row.key();
            await(ledger.devices()
                    .recordAnswer(key, Evidence.offline(clock.instant(), row.attempt(), "404 DeviceNotOnline")));
        }
    }

    private List<DeviceRow> due() throws Exception {
        return claim(DeviceState.WAITING);
    }

    private List<DeviceRow> claim(DeviceState state) throws Exception {
        Instant now = clock.instant();
        return await(ledger.devices().claim(new DeviceClaim(migration, state, 1, 10, now, null, ANSWER, "w")));
    }
}
