package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.mqtt.MqttGateway;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HubIT {
    private static final String HOST = "target-hub.azure-devices.test";
    private static final String ID = "truck %1#".replace(' ', '-');

    private final Vertx vertx = Vertx.vertx();
    private final Hub hub = new Hub(HOST, HubSku.S1, 1, Clock.systemUTC(), new SecureRandom());
    private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    private final MqttGateway gateway = new MqttGateway(
            vertx,
            new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()),
            List.of(new HubMqttService(
                    vertx,
                    host -> host.equals(HOST) ? Optional.of(hub) : Optional.empty(),
                    new Quotas(1),
                    Clock.systemUTC())));
    private HubDevice device;
    private int port;

    @BeforeEach
    void start() throws Exception {
        device = hub.createOrGet(ID, hub.newCredential(), null);
        port = get(gateway.listen(0));
    }

    @AfterEach
    void stop() throws Exception {
        get(gateway.close());
        get(vertx.close());
        certificate.delete();
    }

    @Test
    void eitherKeyConnectsAndTheJournalKnows() throws Exception {
        MqttClient client = connect(device.credential().symmetricKey().secondary());

        assertThat(device.connectionState()).isEqualTo(ConnectionState.CONNECTED);
        assertThat(device.journal().firstConnected()).isNotNull();

        get(client.disconnect());
        waitUntil(() -> device.connectionState() == ConnectionState.DISCONNECTED);
        assertThat(device.journal().lastDisconnected()).isNotNull();
    }

    @Test
    void aWrongKeyIsNotAuthorized() {
        assertThatThrownBy(() -> connect(hub.newCredential().symmetricKey().primary()))
                .hasRootCauseInstanceOf(MqttConnectionException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        MqttConnectionException.class,
                        refused -> assertThat(refused.code())
                                .isEqualTo(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED));
        assertThat(device.journal().firstConnected()).isNull();
    }

    @Test
    void telemetryReachesTheLogWithItsProperties() throws Exception {
        MqttClient client = connect(device.credential().symmetricKey().primary());
        String topic = "devices/" + ID.replace("%", "%25").replace("#", "%23")
                + "/messages/events/$.ct=application%2Fjson&colour=deep%20red";

        get(client.publish(topic, Buffer.buffer("{\"t\":1}"), MqttQoS.AT_LEAST_ONCE, false, false));
        waitUntil(() -> device.journal().telemetryCount() == 1);

        int partition = Math.floorMod(ID.hashCode(), hub.telemetry().partitions());
        TelemetryEvent event = hub.telemetry().read(partition, 0, 10).get(0);
        assertThat(event.deviceId()).isEqualTo(ID);
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.applicationProperties()).containsOnly(java.util.Map.entry("colour", "deep red"));
        assertThat(event.body().toString()).isEqualTo("{\"t\":1}");
    }

    @Test
    void aMethodReachesTheDeviceAndItsAnswerComesBack() throws Exception {
        MqttClient client = connect(device.credential().symmetricKey().primary());
        client.publishHandler(message -> {
            assertThat(message.topicName()).startsWith("$iothub/methods/POST/migration*DeviceMove/?$rid=");
            String rid = message.topicName().substring(message.topicName().indexOf('?'));
            client.publish("$iothub/methods/res/200/" + rid, message.payload(), MqttQoS.AT_MOST_ONCE, false, false);
        });
        subscribe(client, "$iothub/methods/POST/#");

        MethodResult result = get(
                hub.invoke(ID, "migration*DeviceMove", Buffer.buffer("\"0ne\""), Duration.ofSeconds(5), Duration.ZERO));

        assertThat(result.status()).isEqualTo(200);
        assertThat(result.payload().toString()).isEqualTo("\"0ne\"");
        assertThat(result.deliveredAt()).isNotNull();
    }

    @Test
    void aMethodFailsAsDocumentedWithoutDeviceListenerOrAnswer() throws Exception {
        Duration wait = Duration.ofMillis(200);
        assertThat(errorOf(hub.invoke("nobody", "m", Buffer.buffer(), wait, Duration.ZERO)))
                .isEqualTo(HubError.DEVICE_NOT_FOUND);
        assertThat(errorOf(hub.invoke(ID, "m", Buffer.buffer(), wait, wait))).isEqualTo(HubError.DEVICE_NOT_ONLINE);
        MqttClient client = connect(device.credential().symmetricKey().primary());
        assertThat(errorOf(hub.invoke(ID, "m", Buffer.buffer(), wait, Duration.ZERO)))
                .isEqualTo(HubError.DEVICE_NOT_ONLINE);
        subscribe(client, "$iothub/methods/POST/#");
        assertThat(errorOf(hub.invoke(ID, "m", Buffer.buffer(), wait, Duration.ZERO)))
                .isEqualTo(HubError.TIMEOUT);
    }

    @Test
    void reportedPropertiesAreMergedAndReadBack() throws Exception {
        MqttClient client = connect(device.credential().symmetricKey().primary());
        subscribe(client, "$iothub/twin/res/#");

        MqttPublishMessage patched = ask(client, "$iothub/twin/PATCH/properties/reported/?$rid=1", "{\"a\":{\"b\":2}}");
        MqttPublishMessage twin = ask(client, "$iothub/twin/GET/?$rid=2", "");
        MqttPublishMessage refused = ask(client, "$iothub/twin/PATCH/properties/reported/?$rid=3", "[1");

        assertThat(patched.topicName()).isEqualTo("$iothub/twin/res/204/?$rid=1&$version=2");
        assertThat(twin.topicName()).isEqualTo("$iothub/twin/res/200/?$rid=2");
        assertThat(new JsonObject(twin.payload()).getJsonObject("reported").getJsonObject("a"))
                .isEqualTo(new JsonObject().put("b", 2));
        assertThat(refused.topicName()).isEqualTo("$iothub/twin/res/400/?$rid=3");
    }

    @Test
    void aSecondConnectionDropsTheFirst() throws Exception {
        Promise<Void> dropped = Promise.promise();
        connect(device.credential().symmetricKey().primary()).closeHandler(closed -> dropped.tryComplete());

        connect(device.credential().symmetricKey().primary());

        get(dropped.future());
        assertThat(device.connectionState()).isEqualTo(ConnectionState.CONNECTED);
    }

    @Test
    void aPublishWithQosTwoClosesTheConnection() throws Exception {
        Promise<Void> dropped = Promise.promise();
        MqttClient client = connect(device.credential().symmetricKey().primary());
        client.closeHandler(closed -> dropped.tryComplete());

        client.publish("devices/x/messages/events/", Buffer.buffer("{}"), MqttQoS.EXACTLY_ONCE, false, false);

        get(dropped.future());
        assertThat(device.journal().telemetryCount()).isZero();
    }

    private MqttClient connect(String key) throws Exception {
        String token = SasToken.sign(HOST + "/devices/" + ID, key, Instant.now().plusSeconds(600), null);
        MqttClient client = MqttClient.create(
                vertx,
                new MqttClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setHostnameVerificationAlgorithm("")
                        .setClientId(ID)
                        .setUsername(HOST + "/" + ID + "/?api-version=2021-04-12")
                        .setPassword(token));
        get(client.connect(port, "127.0.0.1"));
        return client;
    }

    private void subscribe(MqttClient client, String filter) throws Exception {
        Promise<Void> granted = Promise.promise();
        client.subscribeCompletionHandler(done -> granted.tryComplete());
        get(client.subscribe(filter, 0));
        get(granted.future());
    }

    private MqttPublishMessage ask(MqttClient client, String topic, String body) throws Exception {
        Promise<MqttPublishMessage> answer = Promise.promise();
        client.publishHandler(answer::tryComplete);
        get(client.publish(topic, Buffer.buffer(body), MqttQoS.AT_MOST_ONCE, false, false));
        return get(answer.future());
    }

    private static HubError errorOf(Future<?> failing) throws Exception {
        return get(failing.<HubError>map(never -> null)
                .recover(failure -> Future.succeededFuture(((HubException) failure).error())));
    }

    private void waitUntil(java.util.function.BooleanSupplier condition) throws Exception {
        Promise<Void> met = Promise.promise();
        long timer = vertx.setPeriodic(5, tick -> {
            if (condition.getAsBoolean()) {
                met.tryComplete();
            }
        });
        get(met.future());
        vertx.cancelTimer(timer);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
