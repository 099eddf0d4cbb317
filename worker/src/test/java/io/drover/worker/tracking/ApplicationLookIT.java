package io.drover.worker.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.central.ScriptedApplication;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.target.ApplicationAuthoritiesIT;
import io.drover.worker.target.ApplicationTarget;
import io.drover.worker.target.TemplateMap;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

/** What an application shows is evidence only when it cannot be of the time before the move. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ApplicationLookIT {
    private static final Instant COMMANDED = Instant.parse("2026-11-25T08:00:00Z");
    private static final Instant BEFORE = COMMANDED.minusSeconds(3600);
    private static final Instant AFTER = COMMANDED.plusSeconds(20);
    private static final String TEMPLATE = "dtmi:example:Truck;1";
    private static final String KEPT = "dtmi:example:Van;1";
    private static final Duration STEP = Duration.ofMinutes(5);

    private static ScriptedApplication application;

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private DeviceStore store;
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
        ledger = await(Ledger.open(
                vertx,
                database.fresh(directory),
                policy,
                new SimpleMeterRegistry(),
                Clock.fixed(COMMANDED, ZoneOffset.UTC)));
        store = ledger.devices();
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
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void aNewDeviceIsAssignedWhenItIsProvisionedAndMigratedWhenItSends() throws Exception {
        commanded("truck-1", "truck-2", "truck-3");
        application.add("truck-1", TEMPLATE, false);
        application.add("truck-2", TEMPLATE, true);
        application.add("truck-3", TEMPLATE, true);
        sends("truck-3", AFTER);

        await(look(target(), AFTER));

        assertThat(states())
                .isEqualTo(Map.of(
                        "truck-1", DeviceState.COMMANDED,
                        "truck-2", DeviceState.ASSIGNED,
                        "truck-3", DeviceState.MIGRATED));
        assertThat(device("truck-3").telemetryAt()).isEqualTo(AFTER);
        assertThat(device("truck-3").assignedHub()).isEqualTo(ScriptedApplication.HOST);
        assertThat(asked("/truck-1/telemetry"))
                .as("nobody asks one that is not there")
                .isEmpty();
    }

    @Test
    void aDeviceThatComesBackIsProvenByTelemetryAfterItsCommandAlone() throws Exception {
        commanded("returned", "away");
        known("returned", "away");
        application.add("returned", TEMPLATE, true);
        application.add("away", TEMPLATE, true);
        sends("returned", BEFORE);
        sends("away", BEFORE);

        await(look(target(), AFTER));
        assertThat(states().values()).containsOnly(DeviceState.COMMANDED);
        sends("returned", AFTER);
        // As after a restart: nothing of the first look is in memory.
        await(look(target(), AFTER.plusSeconds(15)));

        assertThat(states()).isEqualTo(Map.of("returned", DeviceState.MIGRATED, "away", DeviceState.COMMANDED));
    }

    @Test
    void aListThatTakesFewerCallsThanItsDevicesIsReadInstead() throws Exception {
        String[] ids = IntStream.range(0, 30).mapToObj("truck-%02d"::formatted).toArray(String[]::new);
        commanded(ids);
        known("truck-05");
        for (String id : ids) {
            application.add(id, TEMPLATE, !id.equals("truck-07"));
        }

        await(look(target(), AFTER));

        assertThat(asked("/api/devices?")).hasSize(10);
        assertThat(asked("/api/devices/").stream().filter(call -> !call.contains("telemetry")))
                .as("the template of the one that was there before")
                .hasSize(1);
        assertThat(states())
                .containsEntry("truck-05", DeviceState.COMMANDED)
                .containsEntry("truck-07", DeviceState.COMMANDED)
                .containsEntry("truck-08", DeviceState.ASSIGNED);
        assertThat(states().values().stream().filter(DeviceState.ASSIGNED::equals))
                .hasSize(28);
    }

    @Test
    void oneTelemetryIsAskedForInEachLookInTurnsAndAllOfThemAtTheDeadline() throws Exception {
        commanded("truck-1");
        application.add("truck-1", TEMPLATE, true);
        ApplicationTarget target = target();

        await(look(target, AFTER));
        await(look(target, AFTER));
        assertThat(asked("/telemetry/")).hasSize(2).doesNotHaveDuplicates();
        await(look(target, device("truck-1").deadlineAt()));

        assertThat(asked("/telemetry/")).hasSize(4);
        assertThat(asked("/properties")).hasSize(1);
    }

    @Test
    void allTelemetryIsAskedForBeforeARetriedDeviceIsCommandedAgain() throws Exception {
        commanded("truck-1");
        known("truck-1");
        application.add("truck-1", TEMPLATE, true);
        DeviceRow late = device("truck-1");
        await(store.expire(late, late.deadlineAt(), false));
        await(store.retry(device("truck-1"), "operator"));

        await(look(target(), AFTER));

        assertThat(device("truck-1").state()).isEqualTo(DeviceState.REGISTERED);
        assertThat(asked("/telemetry/")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void whatTheDeviceReportedOfItselfShowsThatItConnected() throws Exception {
        commanded("reports", "asked", "long-ago");
        application.properties.put("reports", reported(AFTER, false));
        application.properties.put("asked", reported(AFTER, true));
        application.properties.put("long-ago", reported(BEFORE, false));
        for (String id : List.of("reports", "asked", "long-ago")) {
            application.add(id, TEMPLATE, true);
        }
        await(look(target(), AFTER));

        await(look(target(), device("reports").deadlineAt()));

        assertThat(states())
                .isEqualTo(Map.of(
                        "reports", DeviceState.CONNECTED,
                        "asked", DeviceState.ASSIGNED,
                        "long-ago", DeviceState.ASSIGNED));
    }

    @Test
    void aDeviceThatKeptAnotherTemplateIsAskedForWhatThatOneDeclares() throws Exception {
        commanded("van");
        known("van");
        application.add("van", KEPT, true);
        application.telemetry.put("van/doors", AFTER);

        await(look(target(), AFTER));

        assertThat(device("van").state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(asked("/components/cargo/telemetry/doors")).hasSize(1);
    }

    @Test
    void devicesThatWaitOfflineTakeTurnsAndNoneIsGivenUpUnseen() throws Exception {
        String[] ids = IntStream.range(0, 70).mapToObj("truck-%03d"::formatted).toArray(String[]::new);
        commanded(ids);
        known(ids);
        for (String id : ids) {
            application.add(id, TEMPLATE, true);
            await(store.recordAnswer(new DeviceKey(migration, id), Evidence.offline(COMMANDED, 1, "offline")));
        }
        ApplicationTarget target = target();

        await(look(target, AFTER));
        assertThat(asked("/telemetry/")).hasSize(50);
        await(look(target, AFTER));
        Set<String> devices = Set.copyOf(asked("/telemetry/").stream()
                .map(call -> call.split("/", -1)[3])
                .toList());
        assertThat(devices).hasSize(70);
        application.telemetry.put("truck-069/speed", AFTER);
        await(look(target, device("truck-069").deadlineAt()));

        assertThat(device("truck-069").state()).isEqualTo(DeviceState.MIGRATED);
    }

    private void commanded(String... ids) throws Exception {
        await(store.insert(
                migration,
                Arrays.stream(ids)
                        .map(id -> new DiscoveredDevice(id, TEMPLATE, null, 1, 0))
                        .toList()));
        await(store.release(migration, 1, "test"));
        List<DeviceRow> claimed = await(store.claim(new DeviceClaim(
                migration, DeviceState.REGISTERED, 1, ids.length, COMMANDED, null, Duration.ofMinutes(10), "w")));
        assertThat(claimed).hasSize(ids.length);
    }

    private void sends(String id, Instant at) {
        application.telemetry.put(id + "/speed", at);
        application.telemetry.put(id + "/fuel", at);
    }

    private void known(String... ids) throws Exception {
        await(store.noteKnown(migration, List.of(ids)));
    }

    private Future<Void> look(ApplicationTarget target, Instant now) {
        return new TargetLook(target, store, new Settled(), migration, BEFORE, Clock.fixed(now, ZoneOffset.UTC)).look();
    }

    private ApplicationTarget target() {
        CentralClient client = application.client();
        DeviceTemplate truck = new DeviceTemplate(
                TEMPLATE,
                "Truck",
                Optional.of(MoveCommand.DOCUMENTED),
                List.of(new TelemetryName(null, "speed"), new TelemetryName(null, "fuel")));
        DeviceTemplate van =
                new DeviceTemplate(KEPT, "Van", Optional.empty(), List.of(new TelemetryName("cargo", "doors")));
        return new ApplicationTarget(
                new CentralApplication("app", "app", "App", "a-1", "created"),
                client,
                new TemplateMap(Map.of(TEMPLATE, truck, KEPT, van), TEMPLATE),
                ApplicationAuthoritiesIT.enrollments(vertx, client, "source", Duration.ofMinutes(1)),
                List.of(),
                Future::succeededFuture,
                null,
                List.of());
    }

    /** {@code written} says that the property was set from the cloud. */
    private static JsonObject reported(Instant at, boolean written) {
        JsonObject about = new JsonObject().put("lastUpdateTime", at);
        if (written) {
            about.put("desiredValue", 3).put("desiredVersion", 1);
        }
        JsonObject component = new JsonObject().put("level", 3).put("$metadata", new JsonObject().put("level", about));
        return new JsonObject().put("tank", component).put("$metadata", new JsonObject());
    }

    private Map<String, DeviceState> states() throws Exception {
        Map<String, DeviceState> states = new HashMap<>();
        await(store.reads().eachPage(migration, page -> {
            page.forEach(row -> states.put(row.deviceId(), row.state()));
            return Future.succeededFuture();
        }));
        return states;
    }

    private DeviceRow device(String id) throws Exception {
        return await(store.reads().find(new DeviceKey(migration, id))).orElseThrow();
    }

    private List<String> asked(String part) {
        return new ArrayList<>(application.azure.asked)
                .stream().filter(call -> call.contains(part)).toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
