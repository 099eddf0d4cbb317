package io.drover.worker.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.drover.worker.migration.MigrationControl.RetryFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
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

/** Waves, gates, stops and verbs on a real ledger; the test plays dispatch and tracking. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class RolloutIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final By OPERATOR = new By("ann", "night shift");
    private static final Set<FailureReason> ANY = Set.of();

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private LedgerAddress address;

    private final Vertx vertx = Vertx.vertx();
    private final List<Integer> opened = new ArrayList<>();
    private Ledger ledger;
    private long id;
    private Supervisor supervisor;

    @BeforeEach
    void open() throws Exception {
        MovePolicy policy = TestPolicies.telemetry(1);
        address = database.fresh(directory);
        ledger =
                await(Ledger.open(vertx, address, policy, new SimpleMeterRegistry(), Clock.fixed(NOW, ZoneOffset.UTC)));
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void theNextWaveOpensWhenTheOneBeforeIsSettledAndTheMigrationEndsWithTheLast() throws Exception {
        begin(policy(StopRule.NEVER, null, wave("canary", 2, 0, false), wave("half", 3, 0, false)), 10);

        assertThat(opened).containsExactly(1);
        arrive(5);
        sweep();
        assertThat(opened).containsExactly(1, 2);
        arrive(5);
        sweep();
        arrive(5);
        sweep();

        assertThat(opened).containsExactly(1, 2, 3);
        assertThat(migration().state()).isEqualTo(MigrationState.FINISHED);
        assertThat(await(ledger.migrations().waves(id))).extracting(Wave::state).containsOnly(WaveState.COMPLETE);
    }

    @Test
    void aWaveThatMissesItsGateIsHeldUntilAPersonPromotesIt() throws Exception {
        begin(policy(StopRule.NEVER, null, wave("canary", 4, 75, false)), 8);
        arrive(2);
        fail(2);
        sweep();

        assertThat(migration().state()).isEqualTo(MigrationState.PAUSED);
        assertThat(migration().stateReason()).contains("2 of 4", "75 %");
        await(ledger.control().resume(migration(), OPERATOR));
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.PAUSED);

        Outcome promoted = await(ledger.control().promote(migration(), OPERATOR));
        sweep();
        assertThat(promoted.changed()).isTrue();
        assertThat(opened).containsExactly(1, 2);
        assertThat(await(ledger.control().promote(migration(), OPERATOR)).changed())
                .isFalse();
    }

    @Test
    void tooManyFailuresPauseOnceEnoughDevicesAreFinishedAndAResumeAcceptsThem() throws Exception {
        begin(policy(new StopRule(20, 5, StopRule.Action.PAUSE), null), 12);
        fail(1);
        arrive(3);
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.RUNNING);
        fail(1);
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.PAUSED);
        assertThat(migration().stateReason()).contains("2 of 5 devices failed");

        await(ledger.control().resume(migration(), OPERATOR));
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.RUNNING);
    }

    @Test
    void anAbortCancelsWhatIsNotOnItsWayFollowsTheRestAndSaysHowLong() throws Exception {
        begin(policy(StopRule.NEVER, null), 10);
        List<DeviceRow> away = claim(4);

        Outcome outcome = await(ledger.control().abort(migration(), OPERATOR));
        sweep();

        assertThat(outcome.message()).contains("4 devices are on their way");
        assertThat(migration().state()).isEqualTo(MigrationState.ABORTING);
        assertThat(await(ledger.devices().counts(id)).byReason()).containsEntry(FailureReason.CANCELLED, 6L);
        for (DeviceRow row : away) {
            await(ledger.devices().record(row.key(), Evidence.telemetry(NOW, "hub")));
        }
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.ABORTED);
        assertThat(await(ledger.control().abort(migration(), OPERATOR)).changed())
                .isFalse();
    }

    @Test
    void aRetryTakesUpOnlyWhatItsFilterNamesAndReopensAFinishedMigration() throws Exception {
        begin(policy(StopRule.NEVER, null), 4);
        fail(2);
        arrive(2);
        sweep();
        assertThat(migration().state()).isEqualTo(MigrationState.FINISHED);

        RetryFilter other = new RetryFilter(Set.of(FailureReason.SILENT), Set.of(), Set.of());
        assertThat(await(ledger.control().retry(migration(), other, OPERATOR)).changed())
                .isFalse();
        Outcome all = await(ledger.control().retry(migration(), new RetryFilter(ANY, Set.of(1), Set.of()), OPERATOR));

        assertThat(all.message()).startsWith("2 devices");
        assertThat(migration().state()).isEqualTo(MigrationState.RUNNING);
        assertThat(await(ledger.devices().counts(id)).in(DeviceState.REGISTERED))
                .isEqualTo(2);
    }

    @Test
    void theCampaignsEndGivesUpWhatWasNeverReached() throws Exception {
        begin(policy(StopRule.NEVER, Duration.ZERO), 3);

        assertThat(await(ledger.devices().counts(id)).byReason()).containsEntry(FailureReason.DEADLINE_PASSED, 3L);
        assertThat(migration().state()).isEqualTo(MigrationState.FINISHED);
    }

    @Test
    void theAuditTellsWhoDidWhatAndTamperingWithItIsFound() throws Exception {
        begin(policy(StopRule.NEVER, null), 1);
        await(ledger.control().pause(migration(), OPERATOR));
        String head = await(ledger.control().resume(migration(), OPERATOR)).head();

        assertThat(chain(head).verdict()).startsWith("The audit holds");
        change("UPDATE audit SET actor = 'bob' WHERE verb = 'pause'");
        assertThat(chain(head).verdict()).contains("was changed after it was written");
        change("UPDATE audit SET actor = 'ann' WHERE verb = 'pause'");
        assertThat(chain(head).holds()).isTrue();
        change("DELETE FROM audit WHERE verb = 'resume'");
        assertThat(chain(null).holds()).isTrue();
        assertThat(chain(head).verdict()).contains("cut off");
        change("DELETE FROM audit WHERE verb = 'start'");
        assertThat(chain(null).verdict()).contains("is missing");
    }

    private AuditChain chain(String head) throws Exception {
        AuditChain chain = new AuditChain(head);
        await(ledger.audit().eachPage(page -> {
            page.forEach(chain::add);
            return Future.succeededFuture();
        }));
        return chain;
    }

    private void begin(RolloutPolicy policy, int devices) throws Exception {
        id = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "a", "g", "d", "TELEMETRY", policy.layout(), MigrationState.SCHEDULED)))
                .id();
        WaveLayout layout = new WaveLayout(policy);
        await(ledger.devices()
                .insert(
                        id,
                        IntStream.range(0, devices)
                                .mapToObj(i -> layout.place(new DiscoveredDevice("d" + i, "t", null)))
                                .toList()));
        await(layout.fill(ledger.devices(), id, false));
        await(ledger.migrations()
                .layOut(id, policy.waves().stream().map(WavePolicy::name).toList()));
        await(ledger.migrations().discovered(id));
        supervisor = new Supervisor(
                ledger.migrations(), ledger.devices(), ledger.audit(), policy, Clock.fixed(NOW, ZoneOffset.UTC));
        sweep();
    }

    private void sweep() throws Exception {
        await(supervisor.sweep(id, opened::add));
    }

    private List<DeviceRow> claim(int devices) throws Exception {
        int open = MigrationControl.openWaves(await(ledger.migrations().waves(id)));
        for (int wave = 1; wave <= open; wave++) {
            await(ledger.devices().release(id, wave, "test"));
        }
        return await(ledger.devices()
                .claim(new DeviceClaim(
                        id, DeviceState.REGISTERED, open, devices, NOW, NOW, Duration.ofSeconds(30), "w")));
    }

    private void arrive(int devices) throws Exception {
        for (DeviceRow row : claim(devices)) {
            await(ledger.devices().record(row.key(), Evidence.telemetry(NOW, "hub")));
        }
    }

    private void fail(int devices) throws Exception {
        for (DeviceRow row : claim(devices)) {
            assertThat(await(ledger.devices().expire(row, NOW.plusSeconds(60), true)))
                    .isTrue();
        }
    }

    private Migration migration() throws Exception {
        return await(ledger.migrations().get(id));
    }

    private static WavePolicy wave(String name, long devices, double success, boolean promote) {
        return new WavePolicy(name, new WavePolicy.Count(devices), new WavePolicy.Gate(success, promote), null);
    }

    private static RolloutPolicy policy(StopRule stop, Duration campaign, WavePolicy... waves) {
        List<WavePolicy> all = new ArrayList<>(List.of(waves));
        all.add(WavePolicy.rest());
        return new RolloutPolicy(
                RolloutPolicy.Order.ID, 0, null, false, null, List.of(), RatePolicy.UNLIMITED, stop, campaign, all);
    }

    private void change(String sql) throws Exception {
        database.change(address, sql);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
