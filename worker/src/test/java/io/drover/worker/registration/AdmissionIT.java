package io.drover.worker.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Credentials;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.central.ScriptedApplication;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.target.ApplicationAuthoritiesIT;
import io.drover.worker.target.ApplicationTarget;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.TemplateMap;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that an application has to take in one by one, on a real ledger. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class AdmissionIT {
    private static final int DEVICES = 60;
    private static final String TEMPLATE = "dtmi:example:Truck;1";
    private static final Duration STEP = Duration.ofMinutes(5);

    private static ScriptedApplication application;

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private long migration;

    @BeforeAll
    static void startApplication() throws Exception {
        application = new ScriptedApplication();
    }

    @AfterAll
    static void stopApplication() {
        application.close();
    }

    @BeforeEach
    void open() throws Exception {
        application.reset();
        MovePolicy policy = new MovePolicy(
                Verification.TELEMETRY, Duration.ofSeconds(30), STEP, STEP, STEP, Duration.ofDays(7), 3, 1);
        ledger = await(
                Ledger.open(vertx, database.fresh(directory), policy, new SimpleMeterRegistry(), Clock.systemUTC()));
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m",
                                "source",
                                "group",
                                "app",
                                TargetKind.APPLICATION,
                                "TELEMETRY",
                                "",
                                MigrationState.RUNNING)))
                .id();
        await(ledger.migrations().layOut(migration, List.of("all")));
        await(ledger.migrations().open(migration, 1, null, new Act("test", "wave-open", "m", "")));
        await(ledger.devices()
                .insert(
                        migration,
                        IntStream.range(0, DEVICES)
                                .mapToObj(i -> new DiscoveredDevice("truck-%03d".formatted(i), TEMPLATE, null, 1, i))
                                .toList()));
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void devicesAreReleasedPageByPageAndOneThatIsTurnedDownFailsWithTheReason() throws Exception {
        application.invalid.add("truck-007");
        Registration registration = registration();

        assertThat(await(registration.sweep(migration))).isEqualTo(50);
        assertThat(counts().in(DeviceState.REGISTERED)).isEqualTo(49);
        sweepToTheEnd(registration);

        assertThat(counts().in(DeviceState.REGISTERED)).isEqualTo(DEVICES - 1);
        assertThat(counts().byReason()).isEqualTo(Map.of(FailureReason.NOT_ADMITTED, 1L));
        assertThat(application.devices).hasSize(DEVICES - 1);
    }

    @Test
    void aRetryOfWhatWasTurnedDownIsAdmittedBeforeItIsCommanded() throws Exception {
        application.invalid.add("truck-007");
        sweepToTheEnd(registration());
        application.invalid.clear();

        await(ledger.devices().retry(device("truck-007"), "corrected"));

        assertThat(device("truck-007").state()).isEqualTo(DeviceState.PENDING);
        sweepToTheEnd(registration());
        assertThat(device("truck-007").state()).isEqualTo(DeviceState.REGISTERED);
        assertThat(application.devices).containsKey("truck-007");
    }

    @Test
    void afterAStopInTheMiddleTheOthersAreAdmittedAndNoDeviceIsMadeTwice() throws Exception {
        application.puts.set(55);
        Registration first = registration();
        await(first.sweep(migration));
        Future<Integer> broken = first.sweep(migration);
        await(broken.otherwiseEmpty());

        assertThat(broken.failed()).isTrue();
        assertThat(counts().in(DeviceState.REGISTERED)).isEqualTo(50);
        application.puts.set(-1);
        sweepToTheEnd(registration());

        assertThat(counts().in(DeviceState.REGISTERED)).isEqualTo(DEVICES);
        long made = new ArrayList<>(application.azure.asked)
                .stream().filter(call -> call.startsWith("PUT ")).distinct().count();
        assertThat(application.devices).hasSize(DEVICES);
        assertThat(made).isEqualTo(DEVICES);
    }

    @Test
    void whoWasProvisionedThereBeforeIsInTheLedgerWhenItIsReleased() throws Exception {
        application.add("truck-003", TEMPLATE, true);
        application.add("truck-004", TEMPLATE, false);

        sweepToTheEnd(registration());

        Set<String> asked = Set.of("truck-002", "truck-003", "truck-004");
        assertThat(await(ledger.devices().reads().knownBefore(migration, asked)))
                .containsExactly("truck-003");
        assertThat(device("truck-003").state()).isEqualTo(DeviceState.REGISTERED);
    }

    @Test
    void nobodyIsAdmittedWhileTheMigrationIsPaused() throws Exception {
        await(ledger.migrations()
                .move(
                        migration,
                        Set.of(MigrationState.RUNNING),
                        MigrationState.PAUSED,
                        "lunch",
                        new Act("test", "pause", "m", "")));

        assertThat(await(registration().sweep(migration))).isZero();
        assertThat(application.devices).isEmpty();
    }

    private void sweepToTheEnd(Registration registration) throws Exception {
        int moved = 1;
        while (moved > 0) {
            moved = await(registration.sweep(migration));
        }
    }

    private Registration registration() {
        CentralClient client = application.client();
        DeviceTemplate template = new DeviceTemplate(TEMPLATE, "Truck", Optional.of(MoveCommand.DOCUMENTED), List.of());
        ApplicationTarget target = new ApplicationTarget(
                new CentralApplication("app", "app", "App", "a-1", "created"),
                client,
                new TemplateMap(Map.of(TEMPLATE, template), null),
                ApplicationAuthoritiesIT.enrollments(vertx, client, "source", Duration.ofMinutes(1)),
                List.of(),
                Future::succeededFuture,
                null,
                List.of());
        MigrationScope scope = new MigrationScope(null, target);
        WorkerConfig.Migration config = new WorkerConfig.Migration(
                "m",
                null,
                null,
                null,
                Registering.ENROLLMENT,
                new Credentials(Credentials.Check.GROUPS_ONLY, List.of(), null, List.of(), Duration.ofHours(1)),
                WorkerConfig.Owned.nothing(),
                Verification.TELEMETRY,
                null,
                3,
                false,
                null);
        return new Registration(
                scope, ledger.migrations(), ledger.devices(), new CredentialCheck(vertx, scope, config), null);
    }

    private DeviceCounts counts() throws Exception {
        return await(ledger.devices().counts(migration));
    }

    private DeviceRow device(String id) throws Exception {
        return await(ledger.devices().reads().find(new DeviceKey(migration, id)))
                .orElseThrow();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
