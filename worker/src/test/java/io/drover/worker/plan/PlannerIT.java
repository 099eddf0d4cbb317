package io.drover.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.migration.RatePolicy;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.StopRule;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.plan.Planner.Planned;
import io.drover.worker.source.CentralSource;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of an application's devices: verdicts and waves, choices, and what has changed since a plan was kept. */
class PlannerIT {
    private static final String TEMPLATE = "dtmi:example:Truck;1";
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, JsonObject> devices = new LinkedHashMap<>();
    private ScriptedAzure azure;
    private String idScope = "0ne1";

    @BeforeEach
    void start() throws Exception {
        azure = new ScriptedAzure(this::answer);
        for (int i = 1; i <= 10; i++) {
            device("truck-%02d".formatted(i));
        }
    }

    @AfterEach
    void stop() throws Exception {
        azure.close();
        await(vertx.close());
    }

    @Test
    void everyDeviceGetsALineWithItsVerdictAndWave() throws Exception {
        device("no-template").remove("template");
        device("simulated").put("simulated", true);
        device("blocked").put("enabled", false);
        device("other").put("template", "dtmi:example:Other;1");
        device("i@d");

        StringWriter csv = new StringWriter();
        Planned planned = await(planner(DeviceChoice.ALL).plan());
        await(PlanCsv.write(new PrintWriter(csv), planned.devices()));
        await(planned.devices().close(vertx));

        assertThat(csv.toString().lines())
                .hasSize(16)
                .contains("device,template,verdict,reason,action,credential,wave")
                .contains("truck-01," + TEMPLATE + ",READY,,,,canary")
                .contains("truck-03," + TEMPLATE + ",READY,,,,rest")
                .anyMatch(line -> line.startsWith("no-template,,NO_TEMPLATE,has no device template,"))
                .anyMatch(line -> line.startsWith("simulated," + TEMPLATE + ",SIMULATED,"))
                .anyMatch(line -> line.startsWith("blocked," + TEMPLATE + ",BLOCKED,"))
                .anyMatch(line -> line.startsWith("other,dtmi:example:Other;1,NO_MOVE_COMMAND,"))
                .anyMatch(line -> line.startsWith("i@d," + TEMPLATE + ",ID_REFUSED_BY_DPS,"));
        assertThat(planned.plan().movable()).isEqualTo(10);
        assertThat(planned.plan().verdicts()).containsEntry("READY", 10L).containsEntry("SIMULATED", 1L);
        assertThat(planned.plan().waves())
                .containsExactly(new Plan.WaveSize("canary", 2), new Plan.WaveSize("rest", 8));
    }

    @Test
    void aPlanLeavesNothingBehind() throws Exception {
        long before = planFolders();

        await(await(planner(DeviceChoice.ALL).plan()).devices().close(vertx));

        assertThat(planFolders()).isEqualTo(before);
    }

    @Test
    void onlyChosenDevicesArePlannedAndListedOnesThatAreNotThereAreNamed() throws Exception {
        device("truck-01").put("organizations", new JsonArray().add("north"));
        device("truck-02").put("organizations", new JsonArray().add("south"));
        DeviceChoice choice = new DeviceChoice(
                "truck-*", null, TEMPLATE, "nor*", new ListedDevices("x.csv", Set.of("truck-01", "truck-02", "ghost")));

        Planned planned = await(planner(choice).plan());
        StringWriter csv = new StringWriter();
        await(PlanCsv.write(new PrintWriter(csv), planned.devices()));
        await(planned.devices().close(vertx));

        assertThat(planned.plan().verdicts()).isEqualTo(Map.of("READY", 1L, "NOT_AT_SOURCE", 2L));
        assertThat(csv.toString()).contains("ghost,,NOT_AT_SOURCE,").contains("truck-01," + TEMPLATE + ",READY");
    }

    @Test
    void aKeptPlanHoldsWhileNothingChanges() throws Exception {
        PlanFile kept = keep();

        assertThat(drift(kept)).isEmpty();
        assertThat(new PlanDrift(vertx, kept).before("configuration", NOW.plus(Duration.ofHours(23))))
                .isEmpty();
    }

    @Test
    void whatHasChangedSinceAPlanWasKeptIsNamed() throws Exception {
        PlanFile kept = keep();

        device("truck-11");
        devices.remove("truck-02");
        devices.get("truck-03").put("enabled", false);
        idScope = "0ne2";

        assertThat(drift(kept))
                .hasSize(4)
                .contains("ID scope: planned was '0ne1', now it is '0ne2'")
                .contains("1 device is in the selection now, but not in the plan: truck-11 (READY)")
                .contains("1 device is in the plan, but not in the selection any more: truck-02")
                .contains("1 device is with another verdict: truck-03 (READY, now BLOCKED)");
    }

    @Test
    void anExpiredPlanAndOneOfAnotherConfigurationDoNotHold() throws Exception {
        PlanDrift drift = new PlanDrift(vertx, keep());

        assertThat(drift.before("configuration", NOW.plus(Duration.ofHours(25))))
                .containsExactly("it was valid until 2026-11-25T00:00:00Z");
        assertThat(drift.before("another", NOW)).containsExactly("the configuration has changed");
    }

    @Test
    void aFileThatIsNoPlanIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("other.json"), "{\"rows\":[]}");

        assertThatThrownBy(() -> PlanFile.read(file)).hasMessageContaining("other.json is not a plan");
        assertThatThrownBy(() -> PlanFile.read(folder.resolve("absent.json")))
                .hasMessageContaining("absent.json cannot be read");
    }

    @Test
    void aPlanThatCannotBeKeptNamesTheFile() throws Exception {
        Planned planned = await(planner(DeviceChoice.ALL).plan());
        Path file = folder.resolve("absent").resolve("plan.json");

        assertThat(PlanFile.save(file, planned, "c", NOW, Duration.ofHours(1)).cause())
                .hasMessageContaining("The plan cannot be written to " + file);
        await(planned.devices().close(vertx));
    }

    private PlanFile keep() throws Exception {
        Planned planned = await(planner(DeviceChoice.ALL).plan());
        Path file = folder.resolve("plan.json");
        await(PlanFile.save(file, planned, "configuration", NOW, Duration.ofHours(24)));
        await(planned.devices().close(vertx));
        assertThat(new JsonObject(Files.readString(file)).getJsonArray("rows")).hasSize(10);
        return PlanFile.read(file);
    }

    private List<String> drift(PlanFile kept) throws Exception {
        Planned now = await(planner(DeviceChoice.ALL).plan());
        List<String> drift = await(new PlanDrift(vertx, kept).against(now));
        await(now.devices().close(vertx));
        return drift;
    }

    private static long planFolders() throws Exception {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(file -> file.getFileName().toString().startsWith("drover-plan-"))
                    .count();
        }
    }

    private Planner planner(DeviceChoice choice) throws Exception {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        DeviceTemplate template = new DeviceTemplate(TEMPLATE, "Truck", Optional.of(MoveCommand.DOCUMENTED), List.of());
        CentralSource source = new CentralSource(
                new CentralApplication("app", "app", "App", "1", "created"),
                new CentralClient(http, "app.example.test", "https://apps.example.test"),
                "trucks",
                choice,
                Map.of(),
                Map.of(TEMPLATE, template));
        ProvisioningTarget target = new ProvisioningTarget(
                new ProvisioningResource(
                        "/dps",
                        "dps",
                        idScope,
                        "dps.example.test",
                        "global",
                        List.of("hub.example.test"),
                        "Active",
                        List.of()),
                new DpsClient(http, "dps.example.test", "https://dps.example.test"),
                List.of(new HubResource(
                        "/hub", "hub", "hub.example.test", "S1", 1, "sb://e/", "hub", List.of("0"), "Active")),
                List.of(),
                List.of(new TargetEnrollment("g", "drover-g", null, false)),
                new EnrollmentGroups(new DpsClient(http, "dps.example.test", "https://dps.example.test"), null, "dps"),
                Registering.ENROLLMENT);
        Planner.Facts facts = new Planner.Facts(
                rollout(),
                new MovePolicy(
                        Verification.TELEMETRY,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        Duration.ofDays(7),
                        3,
                        1),
                new DispatchPace(AzureLimit.DPS_REGISTRATIONS, "dps.example.test", 16),
                Optional.empty(),
                1000,
                Duration.ofSeconds(2));
        return new Planner(
                vertx,
                new MigrationScope(source, target),
                facts,
                new ArmClient(http, "https://arm.example.test"),
                Clock.systemUTC());
    }

    private static RolloutPolicy rollout() {
        return new RolloutPolicy(
                RolloutPolicy.Order.ID,
                0,
                null,
                false,
                null,
                List.of(),
                RatePolicy.UNLIMITED,
                StopRule.NEVER,
                null,
                List.of(
                        new WavePolicy("canary", new WavePolicy.Count(2), WavePolicy.Gate.NONE, null),
                        WavePolicy.rest()));
    }

    private JsonObject device(String id) {
        JsonObject device = new JsonObject()
                .put("id", id)
                .put("displayName", id)
                .put("template", TEMPLATE)
                .put("enabled", true)
                .put("simulated", false)
                .put("provisioned", true);
        devices.put(id, device);
        return device;
    }

    private void answer(HttpServerRequest request) {
        JsonObject body = switch (request.path()) {
            case "/api/deviceGroups/trucks/devices" ->
                new JsonObject().put("value", new JsonArray(List.copyOf(devices.values())));
            case "/hub/quotaMetrics" ->
                new JsonObject()
                        .put(
                                "value",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "TotalDeviceCount")
                                                .put("currentValue", 1)
                                                .put("maxValue", 1_000_000)));
            default -> null;
        };
        if (body == null) {
            assertThat(request.path()).isEqualTo("/enrollmentGroups/query");
        }
        request.response().end(body == null ? new JsonArray().toBuffer() : body.toBuffer());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
