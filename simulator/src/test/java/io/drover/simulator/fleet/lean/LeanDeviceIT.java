package io.drover.simulator.fleet.lean;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.dps.DpsMqttService;
import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubMqttService;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.hub.MethodResult;
import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.drover.simulator.fleet.FleetShard;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.fleet.device.FleetCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.fleet.sdk.SdkEngine;
import io.drover.simulator.tls.TlsEngine;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Devices against the emulator's own hub and provisioning service, over TLS. */
@ExtendWith(VertxExtension.class)
class LeanDeviceIT {
    private static final Buffer MOVE = Buffer.buffer("{\"idScope\":\"0ne00000002\"}");

    private final Clock clock = Clock.systemUTC();
    private final Random random = new Random(1);
    private final Hub source = new Hub("source-hub.azure-devices.test", HubSku.S1, 1, clock, random);
    private final Hub target = new Hub("target-hub.azure-devices.test", HubSku.S1, 1, clock, random);
    private final SymmetricKey keys = SymmetricKey.generate(random);
    private final FleetCounters counters = new FleetCounters(new SimpleMeterRegistry());

    @TempDir
    Path directory;

    private Vertx vertx;
    private MqttDial dial;

    @BeforeEach
    void start(Vertx started) throws Exception {
        vertx = started;
        ProvisioningService first = provisioning("0ne00000001", source);
        ProvisioningService second = provisioning("0ne00000002", target);
        ProvisioningService slow =
                new ProvisioningService("dps-slow", "0ne00000003", List.of(target), clock, Duration.ofHours(1), random);
        slow.put(EnrollmentGroup.of("all", keys), null);
        CertificateAuthority authority = CertificateAuthority.openOrCreate(directory, clock);
        Quotas quotas = new Quotas(10);
        quotas.enforce(false);
        NetServerOptions options = new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(authority.issueServerCertificate(
                        List.of("*.azure-devices.test", "*.azure-devices-provisioning.test")));
        options.setSslEngineOptions(TlsEngine.fastest().options());
        MqttGateway gateway = new MqttGateway(
                vertx,
                options,
                List.of(
                        new DpsMqttService(
                                vertx,
                                scope -> List.of(first, second, slow).stream()
                                        .filter(each -> each.idScope().equals(scope))
                                        .findFirst(),
                                quotas,
                                clock),
                        new HubMqttService(
                                vertx,
                                host -> List.of(source, target).stream()
                                        .filter(each -> each.hostName().equals(host))
                                        .findFirst(),
                                quotas,
                                clock)));
        int port = await(gateway.listen(0));
        dial = new MqttDial(
                vertx, port, authority.certificateFile().toString(), TlsEngine.fastest(), counters.of(Engine.LEAN));
    }

    @Test
    void anObedientDeviceAnswersAndArrivesAtTheTargetWithTelemetry() throws Exception {
        begin(Behaviour.OBEDIENT, 1);
        eventually(() -> source.telemetry(), 1);

        MethodResult answer = await(invoke(source, "migration*DeviceMove", MOVE));

        assertThat(answer.status()).isEqualTo(200);
        until(() -> counters.in(DevicePhase.TARGET) == 1);
        eventually(() -> target.telemetry(), 1);
        assertThat(counters.in(DevicePhase.SOURCE)).isZero();
        assertThat(counters.errors()).isEmpty();
    }

    @Test
    void aBareStringIsAnIdScopeToo() throws Exception {
        begin(Behaviour.OBEDIENT, 1);
        until(() -> counters.in(DevicePhase.SOURCE) == 1);

        await(invoke(source, "DeviceMove", Buffer.buffer("\"0ne00000002\"")));

        until(() -> counters.in(DevicePhase.TARGET) == 1);
    }

    @Test
    void aRefusingDeviceStays() throws Exception {
        begin(Behaviour.of(BehaviourType.REFUSES), 1);
        until(() -> counters.in(DevicePhase.SOURCE) == 1);

        assertThat(await(invoke(source, "DeviceMove", MOVE)).status()).isEqualTo(403);

        assertThat(counters.in(DevicePhase.SOURCE)).isEqualTo(1);
        assertThat(target.devices()).isEmpty();
    }

    @Test
    void aWrongKeyIsRefusedByTheTargetsProvisioningService() throws Exception {
        begin(Behaviour.of(BehaviourType.WRONG_KEY), 1);
        until(() -> counters.in(DevicePhase.SOURCE) == 1);

        await(invoke(source, "DeviceMove", MOVE));

        until(() -> counters.errors().containsKey("dps-401"));
        assertThat(counters.in(DevicePhase.MOVING)).isEqualTo(1);
    }

    @Test
    void aDeviceThatWaitsForItsAssignmentHoldsUpNoOther() throws Exception {
        Registrar registrar = new Registrar(
                vertx,
                dial,
                new ConnectionGate(1),
                clock,
                "global.azure-devices-provisioning.test",
                Duration.ofSeconds(30),
                null);
        DeviceCredential key = new DeviceCredential.Key(SymmetricKeys.derive(keys.primary(), "device-1"));
        Promise<String> waiting = Promise.promise();
        Promise<String> other = Promise.promise();

        vertx.getOrCreateContext().runOnContext(begin -> {
            registrar.register("0ne00000003", "device-1", key).onComplete(waiting);
            registrar.register("0ne00000001", "device-1", key).onComplete(other);
        });

        assertThat(await(other.future())).isEqualTo(source.hostName());
        assertThat(waiting.future().isComplete()).isFalse();
    }

    @Test
    void aNameThatTheCertificateDoesNotCarryIsNotTrusted() {
        Promise<MqttSession> opened = Promise.promise();
        vertx.runOnContext(
                begin -> dial.open("hub.example.test", new MqttSession.SignIn("device-1", "user", "password", 60))
                        .onComplete(opened));

        Throwable failure = org.assertj.core.api.Assertions.catchThrowable(() -> await(opened.future()));

        assertThat(failure).hasRootCauseInstanceOf(java.security.cert.CertificateException.class);
    }

    @Test
    void aFleetOfTwoHundredStartsAtItsPace() throws Exception {
        Scenario scenario = new Scenario(
                "two hundred",
                200,
                1,
                10,
                "device-%d",
                Duration.ofSeconds(10),
                400,
                List.of(new Scenario.Group("all", 1, Behaviour.OBEDIENT)));
        Promise<Void> go = Promise.promise();
        SdkEngine sdk = new SdkEngine(
                vertx,
                "global.azure-devices-provisioning.test",
                ConnectToSslContext.of(directory.resolve("ca.pem"), 1));
        for (int number = 0; number < 2; number++) {
            FleetShard.Part part = new FleetShard.Part(
                    scenario, number, 2, 0, 200, "global.azure-devices-provisioning.test", settings());
            await(vertx.deployVerticle(new FleetShard(part, dial, sdk, counters, go.future(), clock)));
        }
        assertThat(counters.in(DevicePhase.WAITING)).isEqualTo(200);

        go.complete();

        until(() -> counters.in(DevicePhase.SOURCE) == 200);
        until(() -> counters.telemetry() >= 200);
        assertThat(source.devices()).hasSize(200);
    }

    private ProvisioningService provisioning(String idScope, Hub hub) {
        ProvisioningService service =
                new ProvisioningService("dps-" + idScope, idScope, List.of(hub), clock, Duration.ofMillis(50), random);
        service.put(EnrollmentGroup.of("all", keys), null);
        return service;
    }

    private FleetSettings settings() {
        return FleetSettings.of("0ne00000001", keys.primary(), 1, Duration.ofSeconds(10));
    }

    private void begin(Behaviour behaviour, int index) {
        Context context = vertx.getOrCreateContext();
        ConnectionGate gate = new ConnectionGate(16);
        Registrar registrar = new Registrar(
                vertx, dial, gate, clock, "global.azure-devices-provisioning.test", Duration.ofSeconds(30), null);
        LeanDevice.Surroundings around = new LeanDevice.Surroundings(
                new DeviceLifecycle.Shared(vertx, settings(), counters.of(Engine.LEAN)), clock, dial, registrar, gate);
        LeanDevice device = new LeanDevice(around, index, "device-" + index, new Scenario.Group("all", 1, behaviour));
        context.runOnContext(go -> device.start(counters.load().recorder().track(index, System.nanoTime())));
    }

    private static Future<MethodResult> invoke(Hub hub, String method, Buffer payload) {
        return hub.invoke("device-1", method, payload, Duration.ofSeconds(10), Duration.ZERO);
    }

    private void eventually(java.util.function.Supplier<io.drover.simulator.cloud.hub.TelemetryLog> log, int events)
            throws Exception {
        until(() -> {
            long seen = 0;
            for (int partition = 0; partition < log.get().partitions(); partition++) {
                seen += log.get().read(partition, 0, 10).size();
            }
            return seen >= events;
        });
    }

    private void until(BooleanSupplier condition) throws Exception {
        Promise<Void> met = Promise.promise();
        long poll = vertx.setPeriodic(10, tick -> {
            if (condition.getAsBoolean()) {
                met.tryComplete();
            }
        });
        try {
            await(met.future());
        } finally {
            vertx.cancelTimer(poll);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return Optional.of(future.toCompletionStage().toCompletableFuture())
                .get()
                .get(20, TimeUnit.SECONDS);
    }
}
