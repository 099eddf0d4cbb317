package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.FleetShard;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.EngineCounters;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.device.VirtualDevice;
import io.drover.simulator.fleet.lean.MqttDial;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.fleet.sdk.SdkCapacity;
import io.drover.simulator.fleet.sdk.SdkEngine;
import io.drover.simulator.tls.TlsEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fleet's engine azure-sdk: devices of Microsoft's unmodified clients at the whole emulated cloud. */
@Timeout(120)
class SdkDevicesIT {
    private static final String MOVE = "/components/migration/commands/DeviceMove";
    private static final Duration INTERVAL = Duration.ofMillis(500);

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static String targetIdScope;
    private static SdkEngine engine;

    private final FleetCounters counters = new FleetCounters(new SimpleMeterRegistry());
    private final EngineCounters sdk = counters.of(Engine.AZURE_SDK);
    private final List<Callable<Future<Void>>> ends = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        cloud.enrollAtTarget(cloud.sourceGroupKeys());
        targetIdScope = cloud.targetIdScope();
        engine = new SdkEngine(
                cloud.vertx(),
                RunningCloud.GLOBAL_PROVISIONING,
                ConnectToSslContext.of(
                        cloud.ports().caCertificate(), cloud.ports().mqtt()));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @AfterEach
    void endDevices() throws Exception {
        for (Callable<Future<Void>> end : ends) {
            cloud.await(end.call());
        }
        assertThat(sdk.in(DevicePhase.STOPPED)).isGreaterThanOrEqualTo(ends.size());
    }

    @Test
    void anObedientDeviceAnswersBeforeItLeavesAndArrivesWithTelemetry() throws Exception {
        // Given
        begin("sdk-1", Behaviour.OBEDIENT);
        cloud.until(() -> sdk.in(DevicePhase.SOURCE) == 1);
        cloud.until(() -> truthOf("sdk-1", "source").getLong("telemetryCount") > 0);

        // When
        HttpResponse<Buffer> answer = move("sdk-1");

        // Then
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.bodyAsJsonObject().getInteger("responseCode")).isEqualTo(200);
        cloud.until(() -> target("sdk-1").getLong("telemetryCount", 0L) > 0);
        assertThat(truthOf("sdk-1", "source").getBoolean("connected")).isFalse();
        assertThat(sdk.in(DevicePhase.TARGET)).isEqualTo(1);
        assertThat(sdk.errors()).isEmpty();
        assertThat(counters.of(Engine.LEAN).commands()).isZero();
    }

    @Test
    void everyOtherBehaviourShowsAtTheCloudAsAskedFor() throws Exception {
        // Given
        Map<String, BehaviourType> fleet = Map.of(
                "sdk-refuses", BehaviourType.REFUSES,
                "sdk-stays", BehaviourType.ACCEPTS_NEVER_MOVES,
                "sdk-deaf", BehaviourType.NO_HANDLER,
                "sdk-silent", BehaviourType.MOVES_THEN_SILENT,
                "sdk-dies", BehaviourType.MOVES_THEN_DIES,
                "sdk-impostor", BehaviourType.WRONG_KEY);
        for (Map.Entry<String, BehaviourType> device : fleet.entrySet()) {
            begin(device.getKey(), Behaviour.of(device.getValue()));
        }
        begin("sdk-offline", Behaviour.of(BehaviourType.OFFLINE));
        cloud.until(() -> sdk.in(DevicePhase.SOURCE) == fleet.size() && sdk.settled() == fleet.size() + 1);

        // When
        for (String moving : List.of("sdk-silent", "sdk-dies", "sdk-impostor", "sdk-stays")) {
            assertThat(move(moving).bodyAsJsonObject().getInteger("responseCode"))
                    .isEqualTo(200);
        }
        assertThat(move("sdk-refuses").bodyAsJsonObject().getInteger("responseCode"))
                .isEqualTo(403);
        assertThat(move("sdk-deaf").statusCode()).isEqualTo(404);

        // Then
        cloud.until(() -> sdk.in(DevicePhase.TARGET) == 1 && sdk.in(DevicePhase.STOPPED) == 1);
        cloud.until(() -> sdk.errors().containsKey("dps-401"));
        assertThat(target("sdk-silent").getBoolean("connected")).isTrue();
        assertThat(target("sdk-silent").getLong("telemetryCount")).isZero();
        assertThat(target("sdk-dies").getString("assignedAt")).isNotNull();
        assertThat(target("sdk-dies").getString("firstConnectedAt")).isNull();
        assertThat(target("sdk-impostor").getString("assignedAt")).isNull();
        assertThat(truthOf("sdk-stays", "source").getBoolean("connected")).isTrue();
        assertThat(truthOf("sdk-refuses", "source").getBoolean("connected")).isTrue();
        assertThat(truthOf("sdk-offline", "source").getString("firstConnectedAt"))
                .isNull();
    }

    @Test
    void aDeviceThatLostItsHubComesBack() throws Exception {
        // Given
        begin("sdk-lost", Behaviour.OBEDIENT);
        cloud.until(() -> sdk.in(DevicePhase.SOURCE) == 1);
        String key = SymmetricKeys.derive(cloud.sourceGroupKeys().getString("primaryKey"), "sdk-lost");

        // When: a second connection with the same id, which drops the first
        SourceDevice other = SourceDevice.connect(cloud, "sdk-lost", key);

        // Then
        cloud.until(() -> sdk.errors().containsKey("hub-closed"));
        cloud.until(() -> sdk.in(DevicePhase.SOURCE) == 1 && !other.mqtt().isConnected());
    }

    @Test
    void bothEnginesShareOneFleetAndCloseTheirConnectionsAtItsEnd() throws Exception {
        // Given
        Scenario scenario = new Scenario(
                "both",
                6,
                1,
                10,
                "both-%d",
                INTERVAL,
                100,
                List.of(
                        new Scenario.Group("lean", 1, Behaviour.OBEDIENT),
                        new Scenario.Group("sdk", 1, Behaviour.OBEDIENT, Engine.AZURE_SDK)));
        for (int index = 0; index < 6; index++) {
            cloud.addDevice(scenario.deviceId(index));
        }
        int ofSdk = scenario.count(Engine.AZURE_SDK, 0, 6);
        MqttDial dial = new MqttDial(
                cloud.vertx(),
                cloud.ports().mqtt(),
                cloud.ports().caCertificate().toString(),
                TlsEngine.fastest(),
                counters.of(Engine.LEAN));
        FleetShard.Part part =
                new FleetShard.Part(scenario, 0, 1, 0, 6, RunningCloud.GLOBAL_PROVISIONING, settings("both-0"));

        // When
        String shard = cloud.await(cloud.vertx()
                .deployVerticle(
                        new FleetShard(part, dial, engine, counters, Future.succeededFuture(), Clock.systemUTC())));

        // Then
        cloud.until(() -> counters.in(DevicePhase.SOURCE) == 6);
        assertThat(sdk.in(DevicePhase.SOURCE)).isEqualTo(ofSdk).isBetween(1L, 5L);
        cloud.await(cloud.vertx().undeploy(shard));
        assertThat(counters.in(DevicePhase.STOPPED)).isEqualTo(6);
        cloud.until(() -> !truthOf("both-0", "source").getBoolean("connected")
                && !truthOf("both-5", "source").getBoolean("connected"));
    }

    @Test
    void whatThisMachineAllowsIsReadWhole() {
        assertThat(SdkCapacity.ofThisMachine().threads()).isGreaterThan(1_000);
        assertThat(SdkCapacity.ofThisMachine().refusal(5)).isEmpty();
    }

    private void begin(String id, Behaviour behaviour) throws Exception {
        cloud.addDevice(id);
        Vertx vertx = cloud.vertx();
        Context context = vertx.getOrCreateContext();
        VirtualDevice device = engine.device(
                context,
                new DeviceLifecycle.Shared(vertx, settings(id), sdk),
                id.hashCode(),
                id,
                new Scenario.Group("all", 1, behaviour));
        ends.add(() -> {
            Promise<Void> stopped = Promise.promise();
            context.runOnContext(end -> device.stop().onComplete(stopped));
            return stopped.future();
        });
        context.runOnContext(go -> device.start(counters.load().recorder().track(0, System.nanoTime())));
    }

    private static FleetSettings settings(String id) throws Exception {
        return FleetSettings.of(cloud.sourceIdScope(id), cloud.sourceGroupKeys().getString("primaryKey"), 1, INTERVAL);
    }

    private static HttpResponse<Buffer> move(String id) throws Exception {
        return cloud.central(
                HttpMethod.POST,
                "/api/devices/" + id + MOVE,
                new JsonObject().put("request", new JsonObject().put("idScope", targetIdScope)));
    }

    private static JsonObject truthOf(String id, String where) throws Exception {
        return cloud.truth(id).getJsonObject(where);
    }

    private static JsonObject target(String id) throws Exception {
        return cloud.truth(id).getJsonArray("targets").stream()
                .map(JsonObject.class::cast)
                .findFirst()
                .orElseGet(JsonObject::new);
    }
}
