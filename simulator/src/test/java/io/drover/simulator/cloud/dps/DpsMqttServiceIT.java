package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.tls.CertificateAuthority;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class DpsMqttServiceIT {
    private static final String ID_SCOPE = "0ne000000AA";

    private final Clock clock = Clock.systemUTC();
    private final Random random = new Random(1);
    private final Hub hub = new Hub("target-hub.azure-devices.test", HubSku.S1, 1, clock, random);
    private final SymmetricKey keys = SymmetricKey.generate(random);
    private final ProvisioningService service =
            new ProvisioningService("target-dps", ID_SCOPE, List.of(hub), clock, Duration.ofMillis(200), random);
    private final Quotas quotas = new Quotas(10);

    @TempDir
    Path directory;

    private Vertx vertx;
    private CertificateAuthority authority;
    private MqttGateway gateway;
    private int port;

    /** One answer on the reply topic. */
    private record Reply(String topic, JsonObject body, long nanos) {}

    /** A device's connection and what came back on it. */
    private record Device(MqttClient client, BlockingQueue<Reply> replies) {
        Reply ask(String topic, Buffer body) throws Exception {
            await(client.publish(topic, body, MqttQoS.AT_LEAST_ONCE, false, false));
            Reply reply = replies.poll(10, TimeUnit.SECONDS);
            assertThat(reply).as("answer to " + topic).isNotNull();
            return reply;
        }

        Reply register(String id) throws Exception {
            return ask(
                    "$dps/registrations/PUT/iotdps-register/?$rid=1",
                    new JsonObject().put("registrationId", id).toBuffer());
        }

        Reply poll(String operationId) throws Exception {
            return ask(
                    "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId=" + operationId,
                    Buffer.buffer());
        }
    }

    @BeforeEach
    void start(Vertx started) throws Exception {
        vertx = started;
        authority = CertificateAuthority.openOrCreate(directory, clock);
        NetServerOptions options = new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(authority.issueServerCertificate(List.of("*.azure-devices-provisioning.test")));
        DpsMqttService dps = new DpsMqttService(
                vertx, scope -> Optional.of(service).filter(found -> scope.equals(ID_SCOPE)), quotas, clock);
        gateway = new MqttGateway(vertx, options, List.of(dps));
        port = await(gateway.listen(0));
        service.put(EnrollmentGroup.of("moved", keys), null);
    }

    @AfterEach
    void stop() throws Exception {
        await(gateway.close());
    }

    @Test
    void aDeviceIsAcceptedWith202AndAssignedWhenItPolls() throws Exception {
        Device device = connect(ID_SCOPE, "truck:000.1", keys);
        long asked = System.nanoTime();

        Reply accepted = device.register("truck:000.1");

        assertThat(accepted.topic()).isEqualTo("$dps/registrations/res/202/?$rid=1&retry-after=1");
        assertThat(accepted.nanos() - asked).isGreaterThanOrEqualTo(5_000_000);
        assertThat(accepted.body().getString("status")).isEqualTo("assigning");
        String operation = accepted.body().getString("operationId");
        Reply assigned = pollAfter(Duration.ofMillis(300), device, operation);
        assertThat(assigned.topic()).isEqualTo("$dps/registrations/res/200/?$rid=2");
        JsonObject state = assigned.body().getJsonObject("registrationState");
        assertThat(assigned.body().getString("status")).isEqualTo("assigned");
        assertThat(state.getString("assignedHub")).isEqualTo("target-hub.azure-devices.test");
        assertThat(state.getString("deviceId")).isEqualTo("truck:000.1");
        assertThat(state.getString("substatus")).isEqualTo("initialAssignment");
        assertThat(state.getJsonObject("symmetricKey").getString("enrollmentGroupId"))
                .isEqualTo("moved");
        assertThat(hub.device("truck:000.1")).isPresent();
    }

    @Test
    void aWrongKeyMayConnectAndIsAnswered401OnTheRegisterReply() throws Exception {
        Device device = connect(ID_SCOPE, "truck-1", SymmetricKey.generate(random));

        Reply refused = device.register("truck-1");

        assertThat(refused.topic()).isEqualTo("$dps/registrations/res/401/?$rid=1");
        assertThat(refused.body().getInteger("errorCode")).isEqualTo(401000);
        assertThat(refused.body().getString("message")).isEqualTo("Unauthorized");
        assertThat(hub.device("truck-1")).isEmpty();
    }

    @Test
    void anUnknownIdScopeIsAnswered401OnTheRegisterReply() throws Exception {
        Device device = connect("0ne000000ZZ", "truck-1", keys);

        assertThat(device.register("truck-1").topic()).isEqualTo("$dps/registrations/res/401/?$rid=1");
    }

    @Test
    void aDeviceOfADisabledGroupIsToldSo() throws Exception {
        EnrollmentGroup group = service.group("moved").orElseThrow();
        service.put(
                new EnrollmentGroup(
                        "moved",
                        keys,
                        false,
                        AllocationPolicy.HASHED,
                        List.of(),
                        ReprovisionPolicy.DEFAULT,
                        null,
                        false,
                        null,
                        null,
                        null),
                group.etag());
        Device device = connect(ID_SCOPE, "truck-1", keys);

        Reply accepted = device.register("truck-1");
        Reply told = pollAfter(Duration.ofMillis(300), device, accepted.body().getString("operationId"));

        assertThat(told.topic()).startsWith("$dps/registrations/res/200/");
        assertThat(told.body().getString("status")).isEqualTo("disabled");
        assertThat(hub.device("truck-1")).isEmpty();
    }

    @Test
    void theSixthPollOfAWindowIsThrottledWithRetryAfter() throws Exception {
        Device device = connect(ID_SCOPE, "truck-1", keys);
        String operation = device.register("truck-1").body().getString("operationId");
        for (int i = 0; i < 5; i++) {
            assertThat(device.poll(operation).topic()).startsWith("$dps/registrations/res/20");
        }

        Reply throttled = device.poll(operation);

        assertThat(throttled.topic()).isEqualTo("$dps/registrations/res/429/?$rid=2&retry-after=1");
        assertThat(throttled.body().getInteger("errorCode")).isEqualTo(429001);
    }

    @Test
    void registrationsOverTheQuotaOfTheServiceAreThrottledWithRetryAfter() throws Exception {
        Device device = connect(ID_SCOPE, "truck-1", keys);
        Reply reply;
        int tries = 0;
        do {
            // Ten times compressed, the bucket refills every 6 ms, so a request now and then slips through.
            drainRegistrations();
            reply = device.register("truck-1");
        } while (!reply.topic().contains("/429/") && ++tries < 100);

        assertThat(reply.topic()).isEqualTo("$dps/registrations/res/429/?$rid=1&retry-after=1");
        assertThat(reply.body().getInteger("errorCode")).isEqualTo(429001);
    }

    private void drainRegistrations() {
        boolean granted = true;
        while (granted) {
            granted = quotas.tryAcquire(AzureLimit.DPS_REGISTRATIONS, ID_SCOPE).isEmpty();
        }
    }

    private Reply pollAfter(Duration wait, Device device, String operationId) throws Exception {
        await(vertx.timer(wait.toMillis(), TimeUnit.MILLISECONDS));
        return device.poll(operationId);
    }

    private Device connect(String idScope, String id, SymmetricKey groupKeys) throws Exception {
        String token = SasToken.sign(
                idScope + "/registrations/" + id,
                groupKeys.derive(id).primary(),
                Instant.now(clock).plusSeconds(3600),
                "registration");
        MqttClientOptions options = new MqttClientOptions();
        options.setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(authority.certificateFile().toString()))
                .setHostnameVerificationAlgorithm("HTTPS");
        options.setClientId(id)
                .setUsername(idScope + "/registrations/" + id + "/api-version=2019-03-31&ClientVersion=test")
                .setPassword(token);
        MqttClient client = MqttClient.create(vertx, options);
        BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
        client.publishHandler(message ->
                replies.add(new Reply(message.topicName(), message.payload().toJsonObject(), System.nanoTime())));
        await(client.connect(port, "localhost"));
        await(client.subscribe(DpsMqttSession.RESPONSES, 2));
        return new Device(client, replies);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
