package io.drover.worker.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore.ListedClaim;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.AuditStore.Act;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
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

/** IoT Central jobs and their devices in a real ledger. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class JobStoreIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final Act ACT = new Act("drover", "job", "m", "test");
    private static final Duration STEP = Duration.ofMinutes(5);

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private LedgerAddress address;
    private Ledger ledger;
    private long id;

    @BeforeEach
    void open() throws Exception {
        address = database.fresh(directory);
        ledger = await(open(address));
        id = migration(ledger);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void aWaveIsDecidedOnceAndHeldFromSingleCommandsUntilItsJobIsDone() throws Exception {
        await(ledger.migrations().open(id, 1, null, ACT));

        assertThat(await(ledger.jobs().undecided(id))).containsExactly(1);
        assertThat(await(ledger.jobs().held(id, true))).contains(1);
        assertThat(await(ledger.jobs().held(id, false))).isEmpty();
        assertThat(await(ledger.jobs().create(id, 1, "group"))).isTrue();
        assertThat(await(ledger.jobs().create(id, 1, "group"))).isFalse();
        assertThat(await(ledger.jobs().singly(id, 1, ACT))).isFalse();
        assertThat(await(ledger.jobs().held(id, false))).containsExactly(1);
        assertThat(await(ledger.jobs().atWork("app"))).isEqualTo(1);

        assertThat(await(ledger.jobs().move(job(), JobState.DONE, null, ACT))).isTrue();
        assertThat(await(ledger.jobs().held(id, true))).doesNotContain(1);
        assertThat(await(ledger.jobs().undecided(id))).isEmpty();
    }

    @Test
    void twoLedgersNeverShareTheIdOfAJob() throws Exception {
        LedgerAddress another = database.fresh(Files.createDirectory(directory.resolve("another")));
        Ledger other = await(open(another));
        try {
            long same = migration(other);
            await(ledger.jobs().create(id, 1, "group"));
            await(other.jobs().create(same, 1, "group"));

            String here = job().id();
            String there = await(other.jobs().open(same)).get(0).id();
            assertThat(same).isEqualTo(id);
            assertThat(here).startsWith("drover-" + id + "-1-1-").isNotEqualTo(there);
            assertThat(here).matches("[a-zA-Z0-9_-]{1,255}");
        } finally {
            await(other.close());
        }
    }

    @Test
    void aMoveIsGuardedByTheStateItLeaves() throws Exception {
        await(ledger.jobs().create(id, 1, "group"));
        Job claiming = job();
        assertThat(await(ledger.jobs().ready(claiming, 3, "t"))).isTrue();
        assertThat(await(ledger.jobs().ready(claiming, 3, "t"))).isFalse();
        assertThat(await(ledger.jobs().move(claiming, JobState.DONE, null, ACT)))
                .as("it is starting by now")
                .isFalse();
        assertThat(job())
                .extracting(Job::state, Job::devices, Job::template)
                .containsExactly(JobState.STARTING, 3, "t");
    }

    @Test
    void aRerunEndsTheJobItRepeatsAndIsOneOfItsOwn() throws Exception {
        await(ledger.jobs().create(id, 1, "group"));
        Job first = job();
        assertThat(await(ledger.jobs().rerun(first))).as("it is not over").isFalse();
        await(ledger.jobs().move(first, JobState.SETTLING, null, null));

        assertThat(await(ledger.jobs().rerun(job()))).isTrue();

        assertThat(job()).extracting(Job::number, Job::reruns).containsExactly(2, first.id());
        assertThat(await(ledger.jobs().find(first.id())).orElseThrow().state()).isEqualTo(JobState.DONE);
        assertThat(await(ledger.jobs().held(id, false))).containsExactly(1);
    }

    @Test
    void aJobsDevicesAreClaimedOnceAndNoLostWorkers() throws Exception {
        devices(450);
        await(ledger.jobs().create(id, 1, "group"));
        List<DeviceRow> claimed = await(ledger.devices().claim(listed(450)));

        assertThat(claimed).hasSize(450);
        assertThat(await(ledger.devices().claim(listed(450)))).isEmpty();
        assertThat(await(ledger.devices().reads().ownersInFlight(id))).isEmpty();
        assertThat(await(ledger.devices().reads().unanswered(id, job().owner())))
                .isEqualTo(450);
        assertThat(await(ledger.devices().reads().lastDeadline(id))).isEmpty();
        assertThat(await(ledger.devices().reads().rows(id, ids(450)))).hasSize(450);
    }

    @Test
    void aSingleClaimPassesOverTheWavesOfJobs() throws Exception {
        devices(3);
        DeviceClaim others = new DeviceClaim(
                id, DeviceState.REGISTERED, 1, Set.of(1, 2), 10, NOW, NOW, Duration.ofSeconds(30), "worker");

        assertThat(await(ledger.devices().claim(others))).isEmpty();
        assertThat(await(ledger.devices()
                        .claim(new DeviceClaim(id, DeviceState.REGISTERED, 1, 10, NOW, NOW, STEP, "worker"))))
                .hasSize(3);
    }

    @Test
    void whatAJobDidNotCarryOutIsReadyAgainAndItsAnswersStand() throws Exception {
        devices(1203);
        await(ledger.jobs().create(id, 1, "group"));
        List<DeviceRow> claimed = await(ledger.devices().claim(listed(1203)));
        DeviceRow accepted = claimed.get(0);
        await(ledger.devices().recordAnswer(accepted.key(), Evidence.accepted(NOW, 1, null)));
        DeviceRow refused = claimed.get(1);
        await(ledger.devices().recordAnswer(refused.key(), Evidence.refused(NOW, 1, 403)));

        assertThat(await(ledger.devices().withdraw(id, job().owner(), true, "stopped")))
                .isEqualTo(1201);

        assertThat(await(ledger.devices().counts(id)).byState())
                .containsEntry(DeviceState.REGISTERED, 1201L)
                .containsEntry(DeviceState.ACCEPTED, 1L)
                .containsEntry(DeviceState.COMMANDED, 1L);
        assertThat(await(ledger.devices().reads().unanswered(id, job().owner())))
                .isZero();
        assertThat(await(ledger.devices()
                        .claim(new DeviceClaim(
                                id, DeviceState.REGISTERED, 1, 10, NOW, NOW.minusMillis(1), STEP, "worker"))))
                .as("a look at the target is owed")
                .isEmpty();
    }

    @Test
    void aDeviceThatAJobCommandsUnaskedIsFollowedAndTheCountsAddUp() throws Exception {
        await(ledger.devices().insert(id, List.of(new DiscoveredDevice("late", "t", null, 2, 0))));
        await(ledger.jobs().create(id, 1, "group"));
        ListedClaim intruder = new ListedClaim(id, 1, List.of("late", "nobody"), NOW, null, STEP, job().owner());

        assertThat(await(ledger.devices().adopt(intruder, "joined"))).hasSize(1);
        assertThat(await(ledger.devices().adopt(intruder, "joined"))).isEmpty();

        assertThat(await(ledger.devices().counts(id)).ofWave(2).in(DeviceState.COMMANDED))
                .isEqualTo(1);
        assertThat(await(ledger.devices().counts(id)).total()).isEqualTo(1);
    }

    @Test
    void judgedRecordsAreRemembered() throws Exception {
        await(ledger.jobs().judged(id, "d", List.of("r1")));
        await(ledger.jobs().judged(id, "d", List.of("r1", "r2")));

        assertThat(await(ledger.jobs().judged(id, "d"))).containsExactlyInAnyOrder("r1", "r2");
        assertThat(await(ledger.jobs().judged(id, "e"))).isEmpty();
    }

    private void devices(int number) throws Exception {
        await(ledger.devices()
                .insert(
                        id,
                        ids(number).stream()
                                .map(device -> new DiscoveredDevice(device, "t", null, 1, 0))
                                .toList()));
        await(ledger.devices().release(id, 1, "test"));
    }

    private static List<String> ids(int number) {
        return IntStream.range(0, number).mapToObj(i -> "d" + i).toList();
    }

    private ListedClaim listed(int number) throws Exception {
        String owner = await(ledger.jobs().open(id)).get(0).owner();
        return new ListedClaim(id, 1, ids(number), NOW, NOW, Duration.ofDays(30), owner);
    }

    private Job job() throws Exception {
        return await(ledger.jobs().open(id)).get(0);
    }

    private Future<Ledger> open(LedgerAddress where) {
        MovePolicy policy = new MovePolicy(
                Verification.TELEMETRY, Duration.ofSeconds(30), STEP, STEP, STEP, Duration.ofDays(7), 3, 1);
        return Ledger.open(vertx, where, policy, new SimpleMeterRegistry(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static long migration(Ledger ledger) throws Exception {
        long created = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
        await(ledger.migrations().layOut(created, List.of("one", "two")));
        return created;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
