package io.drover.worker.carry;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.DeviceTemplate.OwnedProperty;
import io.drover.worker.azure.central.DeviceTemplate.TelemetryName;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TwinOutcome;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.owned.ApplicationProperties;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.owned.OwnedMapping.Rule;
import io.drover.worker.owned.OwnedMapping.Side;
import io.drover.worker.report.OwnedReport;
import io.drover.worker.source.CentralSource;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.source.HubSource;
import io.drover.worker.source.MigrationSource;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What devices own, out of an application and out of a hub into a hub: read, written, compared and kept. */
@Timeout(60)
class CarryIT {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final String TEMPLATE = "dtmi:example:Truck;1";
    private static final String BARE = "dtmi:example:Bare;1";
    private static final String HUB = "hub.example.test";

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ScriptedTwins places = new ScriptedTwins();
    private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private ScriptedAzure azure;
    private Ledger ledger;
    private long migration;

    @BeforeEach
    void open() throws Exception {
        azure = new ScriptedAzure(places::answer);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
        azure.close();
    }

    @Test
    void whatIsMissingIsWrittenWhatIsThereStaysAndOnlyThenTheDeviceIsMigrated() throws Exception {
        ledger(Verification.TELEMETRY);
        places.device("truck-1", "Truck 1", TEMPLATE, "north");
        places.owns("truck-1", null, "{\"customer\":\"pl4nted\",\"interval\":10}");
        places.owns("truck-1", "cooler", "{\"limit\":4.5}");
        places.twin("truck-1", "{\"customer\":\"theirs\"}", "{\"interval\":10}");
        arrived("truck-1");
        assertThat(row("truck-1").state()).isEqualTo(DeviceState.CONNECTED);

        sweep(outOfApplication(List.of()), List.of());

        JsonObject twin = places.twins.get("truck-1");
        assertThat(twin.getJsonObject("tags"))
                .isEqualTo(new JsonObject()
                        .put("customer", "theirs")
                        .put("displayName", "Truck 1")
                        .put("organization", "north")
                        .put("deviceTemplate", TEMPLATE));
        assertThat(twin.getJsonObject("properties").getJsonObject("desired").getJsonObject("cooler"))
                .isEqualTo(new JsonObject("{\"__t\":\"c\",\"limit\":4.5}"));
        assertThat(twin.getJsonObject("properties").getJsonObject("reported").fieldNames())
                .containsExactly("firmware");
        assertThat(row("truck-1").state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(row("truck-1").finishedAt()).as("the proof is the telemetry").isEqualTo(NOW);
        assertThat(row("truck-1").twin()).isEqualTo(TwinOutcome.DIFFERENT);
        assertThat(summary())
                .contains("equal at the target for 0, different for 1")
                .contains("truck-1: tags.customer OTHER_VALUE");
        assertThat(meters.counter("drover.owned.compared", "outcome", "different")
                        .count())
                .isEqualTo(1);
        noValueIsInTheLedger();
    }

    @Test
    void whatTheTargetTurnsDownCostsTheOtherValuesNothing() throws Exception {
        ledger(Verification.TELEMETRY);
        places.device("truck-1", "Truck 1", TEMPLATE, null);
        places.owns("truck-1", null, "{\"customer\":\"a\",\"interval\":10}");
        places.twin("truck-1", "{}", "{}");
        places.turnedDown.add("interval");
        arrived("truck-1");

        sweep(outOfApplication(List.of()), List.of());

        assertThat(places.twins.get("truck-1").getJsonObject("tags").getString("customer"))
                .isEqualTo("a");
        assertThat(row("truck-1").twin()).isEqualTo(TwinOutcome.REFUSED);
        assertThat(row("truck-1").state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(summary()).contains("desired.interval REFUSED (400 ArgumentInvalid)");
    }

    @Test
    void withTheTwinAsProofADeviceIsMigratedOnceItIsEqualAndFailsWithAReasonOfItsOwnIfItNeverIs() throws Exception {
        ledger(Verification.TELEMETRY_TWIN);
        for (String id : List.of("corrected", "left")) {
            places.device(id, "T", TEMPLATE, null);
            places.owns(id, null, "{\"customer\":\"a\"}");
            places.twin(id, "{\"customer\":\"theirs\"}", "{}");
            arrived(id);
        }
        MigrationSource source = outOfApplication(List.of());

        sweep(source, List.of());
        assertThat(row("corrected").state()).isEqualTo(DeviceState.CONNECTED);

        places.twins.get("corrected").getJsonObject("tags").put("customer", "a");
        at(NOW.plusSeconds(60));
        sweep(source, List.of());

        assertThat(row("corrected").state()).isEqualTo(DeviceState.MIGRATED);
        DeviceRow left = row("left");
        assertThat(left.state()).isEqualTo(DeviceState.CONNECTED);
        await(ledger.devices().expire(left, left.deadlineAt(), true));
        assertThat(row("left").state()).isEqualTo(DeviceState.FAILED);
        assertThat(row("left").reason()).isEqualTo(FailureReason.TWIN_DIFFERS);

        // When: somebody corrects it and takes it up again
        places.twins.get("left").getJsonObject("tags").put("customer", "a");
        await(ledger.devices().retry(row("left"), "corrected"));
        at(NOW.plusSeconds(3600));
        sweep(source, List.of());
        assertThat(row("left").state()).isEqualTo(DeviceState.MIGRATED);
    }

    @Test
    void aWorkerThatIsKilledAfterItsWriteLooksAndWritesNothingTwice() throws Exception {
        ledger(Verification.TELEMETRY_TWIN);
        places.device("truck-1", "Truck 1", TEMPLATE, null);
        places.owns("truck-1", null, "{\"interval\":10}");
        places.twin("truck-1", "{}", "{}");
        arrived("truck-1");
        MigrationSource source = outOfApplication(List.of());
        OwnedMapping mapping = new OwnedMapping(Side.APPLICATION, Side.HUB, List.of());
        // Given: the write was carried out, and nothing of it reached the ledger
        await(new TwinWriter(mapping, false)
                .settle(
                        "truck-1",
                        await(source.owned(List.of(row("truck-1")))).get("truck-1"),
                        target().owned(row("truck-1")).orElseThrow()));
        assertThat(places.writes).hasSize(1);

        sweep(source, List.of());

        assertThat(places.writes).hasSize(1);
        assertThat(row("truck-1").state()).isEqualTo(DeviceState.MIGRATED);
    }

    @Test
    void noCallIsMadeForADeviceWhoseTemplateDeclaresNothingToOwn() throws Exception {
        ledger(Verification.TELEMETRY);
        places.device("bare-1", "Bare 1", BARE, null);
        places.twin("bare-1", "{}", "{}");
        MigrationSource source = outOfApplication(List.of("bare-1"));
        arrived("bare-1");
        azure.asked.clear();

        sweep(source, List.of());

        assertThat(azure.asked).allMatch(call -> call.contains(" " + HUB + " "));
        assertThat(places.twins.get("bare-1").getJsonObject("tags").getString("displayName"))
                .isEqualTo("Bare 1");
    }

    @Test
    void outOfAHubManyTwinsAreReadByOneQueryAndMovedUnderTheirOtherNames() throws Exception {
        ledger(Verification.TELEMETRY);
        for (int i = 0; i < 20; i++) {
            places.twin("truck-" + i, "{\"site\":\"s" + i + "\"}", "{}");
            arrived("truck-" + i);
        }
        azure.asked.clear();

        sweep(outOfHub(), List.of(new Rule("tags.site", "tags.depot")));

        assertThat(azure.asked.stream().filter(call -> call.contains("/devices/query")))
                .hasSize(1);
        assertThat(places.twins.get("truck-7").getJsonObject("tags").getString("depot"))
                .isEqualTo("s7");
        assertThat(row("truck-7").twin()).isEqualTo(TwinOutcome.EQUAL);
    }

    @Test
    void aDeviceThatTheSourceFailsToShowHoldsUpNoOther() throws Exception {
        ledger(Verification.TELEMETRY);
        for (String id : List.of("broken", "fine-1", "fine-2")) {
            places.device(id, "T", TEMPLATE, null);
            places.owns(id, null, "{\"customer\":\"a\"}");
            places.twin(id, "{}", "{}");
            arrived(id);
        }
        places.unreadable.add("broken");

        sweep(outOfApplication(List.of()), List.of());

        assertThat(row("fine-1").twin()).isEqualTo(TwinOutcome.EQUAL);
        assertThat(row("fine-2").state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(row("broken").state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void afterSixTriesWithoutAnEndThatIsTheEnd() throws Exception {
        ledger(Verification.TELEMETRY);
        places.device("lost", "T", TEMPLATE, null);
        arrived("lost");
        MigrationSource source = outOfApplication(List.of());

        for (int i = 1; i < 6; i++) {
            sweep(source, List.of());
            assertThat(row("lost").state()).as("try " + i).isEqualTo(DeviceState.CONNECTED);
            at(Instant.now(clock).plusSeconds(600));
        }
        sweep(source, List.of());

        assertThat(row("lost").state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(row("lost").twin()).isEqualTo(TwinOutcome.REFUSED);
        assertThat(summary()).contains("device UNREACHED (not known at the target)");
    }

    @Test
    void anApplicationGetsWhatItsTemplateDeclaresAndTheRestIsNamed() throws Exception {
        ledger(Verification.TELEMETRY);
        places.device("truck-1", "truck-1", TEMPLATE, null);
        places.twin(
                "truck-1",
                "{\"displayName\":\"Truck 1\",\"organization\":\"north\",\"customer\":\"a\",\"own\":{\"x\":1}}",
                "{\"interval\":10,\"cooler\":{\"__t\":\"c\",\"limit\":4.5,\"other\":1}}");
        arrived("truck-1");
        OwnedMapping mapping = new OwnedMapping(Side.HUB, Side.APPLICATION, List.of());
        ApplicationProperties application = new ApplicationProperties(central(), templates());

        Settlement end = await(new TwinWriter(mapping, false)
                .settle(
                        "truck-1",
                        await(outOfHub().owned(List.of(row("truck-1")))).get("truck-1"),
                        application));

        assertThat(places.devices.get("truck-1").getString("displayName")).isEqualTo("Truck 1");
        assertThat(places.devices.get("truck-1").getJsonArray("organizations")).containsExactly("north");
        JsonObject properties = places.properties.get("truck-1");
        assertThat(properties.getString("customer")).isEqualTo("a");
        assertThat(properties
                        .getJsonObject("cooler")
                        .getJsonObject("$metadata")
                        .getJsonObject("limit")
                        .getDouble("desiredValue"))
                .isEqualTo(4.5);
        assertThat(end.outcome()).isEqualTo(TwinOutcome.DIFFERENT);
        assertThat(end.texts())
                .containsExactly(
                        "cloud.own.x NO_PLACE (" + TEMPLATE + " declares no such cloud property)",
                        "writable.cooler.other NO_PLACE (" + TEMPLATE + " declares no such writable property)");
    }

    @Test
    void aPlanSaysWhatGoesAlongAndWhatHasNoPlace() throws Exception {
        ledger(Verification.TELEMETRY);
        OwnedMapping mapping =
                new OwnedMapping(Side.APPLICATION, Side.HUB, List.of(new Rule("writable.interval", "tags.customer")));

        List<String> lines =
                await(new CarryPreview(new MigrationScope(outOfApplication(List.of()), target()), mapping).lines());

        assertThat(lines)
                .containsExactly(
                        "What devices own goes along as desired.cooler.limit, tags.customer, tags.deviceTemplate,"
                                + " tags.displayName, tags.organization.",
                        "cloud.customer has no place at the target (tags.customer is the place of writable.interval)."
                                + " Name one in migration.owned.mapping, or drop it there.");
    }

    private void ledger(Verification verification) throws Exception {
        MovePolicy policy = new MovePolicy(
                verification,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofDays(7),
                1,
                Duration.ofMinutes(5),
                true,
                1);
        ledger = await(Ledger.open(
                vertx,
                LedgerAddress.ofFile("jdbc:sqlite:" + directory.resolve("l.db")),
                policy,
                meters,
                Clock.systemUTC()));
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "all", "dps", verification.name(), "", MigrationState.RUNNING)))
                .id();
    }

    /** Commanded, and seen at the target. */
    private void arrived(String id) throws Exception {
        DeviceStore devices = ledger.devices();
        await(devices.insert(migration, List.of(new DiscoveredDevice(id, TEMPLATE, null))));
        await(devices.assign(migration, 1, 10));
        await(devices.release(migration, 1, "test"));
        await(devices.claim(
                new DeviceClaim(migration, DeviceState.REGISTERED, 1, 10, NOW, null, Duration.ofSeconds(30), "w")));
        await(devices.record(new DeviceKey(migration, id), Evidence.telemetry(NOW, HUB)));
    }

    private DeviceRow row(String id) throws Exception {
        return await(ledger.devices().reads().find(new DeviceKey(migration, id)))
                .orElseThrow();
    }

    private void at(Instant now) {
        clock = Clock.fixed(now, ZoneOffset.UTC);
    }

    private void sweep(MigrationSource source, List<Rule> rules) throws Exception {
        Side from = source instanceof HubSource ? Side.HUB : Side.APPLICATION;
        await(new Carrier(
                        new MigrationScope(source, target()),
                        new TwinWriter(new OwnedMapping(from, Side.HUB, rules), false),
                        ledger.devices(),
                        ledger.owned(),
                        meters,
                        1,
                        clock)
                .sweep(migration));
    }

    private AzureHttp http() {
        return azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
    }

    private CentralClient central() {
        return new CentralClient(http(), "app.example.test", "https://apps.example.test");
    }

    private static Map<String, DeviceTemplate> templates() {
        DeviceTemplate truck = new DeviceTemplate(
                TEMPLATE,
                "Truck",
                Optional.of(MoveCommand.DOCUMENTED),
                List.of(new TelemetryName(null, "t")),
                List.of(
                        new OwnedProperty(null, "customer", true),
                        new OwnedProperty(null, "interval", false),
                        new OwnedProperty("cooler", "limit", false)));
        DeviceTemplate bare = new DeviceTemplate(BARE, "Bare", Optional.of(MoveCommand.DOCUMENTED), List.of());
        return Map.of(TEMPLATE, truck, BARE, bare);
    }

    /** {@code listed} are devices that the selection showed, as discovery reads it. */
    private MigrationSource outOfApplication(List<String> listed) throws Exception {
        CentralSource source = new CentralSource(
                new CentralApplication("app", "app", "app", "app-id", "created"),
                central(),
                listed.isEmpty() ? "none" : null,
                DeviceChoice.ALL,
                Map.of(),
                templates());
        if (!listed.isEmpty()) {
            await(source.eachPage(page -> Future.succeededFuture()));
        }
        return source;
    }

    private MigrationSource outOfHub() {
        HubClient hub = new HubClient(http(), "source.example.test", "https://hubs.example.test");
        return new HubSource(hub, null, null, Map.of(), false, "DeviceMove");
    }

    private MigrationTarget target() {
        DpsClient dps = new DpsClient(http(), "dps.example.test", "https://dps.example.test");
        return new ProvisioningTarget(
                new ProvisioningResource(
                        "/dps", "dps", "0ne1", "dps.example.test", "d.example.test", List.of(HUB), "Active", List.of()),
                dps,
                List.of(),
                List.of(new HubClient(http(), HUB, "https://hubs.example.test")),
                List.of(new TargetEnrollment("g", "drover-g", null, false)),
                new EnrollmentGroups(dps, null, "dps"),
                Registering.ENROLLMENT);
    }

    private String summary() throws Exception {
        StringWriter text = new StringWriter();
        await(OwnedReport.read(ledger.owned(), migration)).text(new PrintWriter(text, true));
        return text.toString();
    }

    /** The database and its journal, read past the ledger. */
    private void noValueIsInTheLedger() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("l.db"))
                    .toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .doesNotContain("pl4nted")
                        .doesNotContain("theirs");
            }
        }
    }
}
