package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the hub's MQTT allows a connected device and module, and what ends a connection. */
@Timeout(60)
class DeviceProtocolIT {
    private static final String ID = "truck-1";
    private static final int REFUSED = 0x80;

    private RunningHub running;
    private HubDevice device;

    @BeforeEach
    void start() throws Exception {
        running = new RunningHub(HubSku.S1);
        device = running.device(ID);
    }

    @AfterEach
    void stop() throws Exception {
        running.stop();
    }

    @Test
    void aDeviceHasAtMostFiveTopicFilters() throws Exception {
        HubDevice module = module("m");
        MqttClient client = running.connect(module);
        Map<String, Integer> filters = new LinkedHashMap<>();
        String own = "devices/" + ID + "/modules/m";
        filters.put("$iothub/methods/POST/#", 0);
        filters.put("$iothub/twin/res/#", 0);
        filters.put("$iothub/twin/PATCH/properties/desired/#", 0);
        filters.put(own + "/messages/devicebound/#", 2);
        filters.put(own + "/inputs/#", 0);
        filters.put(own + "/#", 0);

        List<Integer> granted = running.subscribe(client, filters);

        assertThat(granted).hasSize(6).filteredOn(code -> code == REFUSED).hasSize(1);
        assertThat(running.subscribe(client, Map.of("devices/other/messages/devicebound/#", 0)))
                .containsExactly(REFUSED);
    }

    @Test
    void aModuleSendsTelemetryAndAnswersMethodsUnderItsOwnName() throws Exception {
        HubDevice module = module("m");
        MqttClient client = running.connect(module);
        client.publishHandler(request -> client.publish(
                "$iothub/methods/res/200/"
                        + request.topicName().substring(request.topicName().indexOf('?')),
                Buffer.buffer("{}"),
                MqttQoS.AT_MOST_ONCE,
                false,
                false));
        running.subscribe(client, Map.of("$iothub/methods/POST/#", 0));

        RunningHub.get(client.publish(
                "devices/" + ID + "/modules/m/messages/events/$.mid=7&$.sub=motor/",
                Buffer.buffer("{}"),
                MqttQoS.AT_LEAST_ONCE,
                false,
                false));
        MethodResult result = RunningHub.get(
                running.hub.invoke(ID + "/m", "ping", Buffer.buffer(), Duration.ofSeconds(5), Duration.ZERO));

        assertThat(result.status()).isEqualTo(200);
        running.waitUntil(() -> module.journal().telemetryCount() == 1);
        TelemetryEvent event = lastEvent();
        assertThat(event.source().moduleId()).isEqualTo("m");
        assertThat(event.system("$.mid")).isEqualTo("7");
        assertThat(event.system("$.sub")).isEqualTo("motor");
        assertThat(device.journal().telemetryCount()).isZero();
    }

    @Test
    void aRetainedMessageIsMarkedAndTheModelIsKnown() throws Exception {
        MqttClient client = running.connect(
                device,
                options -> options.setUsername(
                        RunningHub.HOST + "/" + ID + "/?api-version=2021-04-12&model-id=dtmi%3Adrover%3Atruck%3B1"));

        publish(client, "devices/" + ID + "/messages/events/", true);

        running.waitUntil(() -> device.journal().telemetryCount() == 1);
        assertThat(lastEvent().applicationProperties()).containsEntry("mqtt-retain", "true");
        assertThat(lastEvent().source().modelId()).isEqualTo("dtmi:drover:truck;1");
        assertThat(device.modelId()).isEqualTo("dtmi:drover:truck;1");
    }

    @Test
    void theWillOfADeviceThatVanishesBecomesTelemetry() throws Exception {
        running.connect(
                device,
                options -> options.setWillFlag(true)
                        .setWillTopic("devices/" + ID + "/messages/events/reason=gone")
                        .setWillMessageBytes(Buffer.buffer("bye")));

        device.disconnect();

        running.waitUntil(() -> device.journal().telemetryCount() == 1);
        assertThat(lastEvent().body().toString()).isEqualTo("bye");
        assertThat(lastEvent().applicationProperties())
                .containsEntry("iothub-MessageType", "Will")
                .containsEntry("reason", "gone");
    }

    @Test
    void aGoodbyeKeepsTheWillBack() throws Exception {
        MqttClient client = running.connect(
                device,
                options -> options.setWillFlag(true)
                        .setWillTopic("devices/" + ID + "/messages/events/")
                        .setWillMessageBytes(Buffer.buffer("bye")));

        RunningHub.get(client.disconnect());

        running.waitUntil(() -> device.connectionState() == ConnectionState.DISCONNECTED);
        assertThat(device.journal().telemetryCount()).isZero();
    }

    @Test
    void disablingOrDeletingADeviceEndsItsConnection() throws Exception {
        HubDevice other = running.device("truck-2");
        Future<Void> disabled = closed(running.connect(device));
        Future<Void> deleted = closed(running.connect(other));

        device.update(device.credential(), false);
        running.hub.delete("truck-2");

        RunningHub.get(disabled);
        RunningHub.get(deleted);
        assertThat(running.hub.device("truck-2")).isEmpty();
    }

    @Test
    void aMessageOfMoreThan256KilobytesEndsTheConnection() throws Exception {
        MqttClient client = running.connect(device, options -> options.setMaxMessageSize(1 << 20));
        Future<Void> ended = closed(client);

        client.publish(
                        "devices/" + ID + "/messages/events/",
                        Buffer.buffer(new byte[256 * 1024 + 1]),
                        MqttQoS.AT_MOST_ONCE,
                        false,
                        false)
                .onFailure(closedFirst -> assertThat(closedFirst).isNotNull());

        RunningHub.get(ended);
        assertThat(device.journal().telemetryCount()).isZero();
    }

    @Test
    void aReportedPatchBeyondTheLimitsOrOfAnotherVersionIsRefused() throws Exception {
        MqttClient client = running.connect(device);
        running.subscribe(client, Map.of("$iothub/twin/res/#", 0));
        String big = new JsonObject().put("a", "x".repeat(4097)).encode();
        String deep = "{\"a\":".repeat(11) + "1" + "}".repeat(11);

        assertThat(ask(client, "1", "{\"a\":1,\"b\":2}", "")).contains("/res/204/", "$version=2");
        assertThat(ask(client, "2", big, "")).contains("/res/400/");
        assertThat(ask(client, "3", deep, "")).contains("/res/400/");
        assertThat(ask(client, "4", "{\"x.y\":1}", "")).contains("/res/400/");
        assertThat(ask(client, "5", "{\"c\":1}", "&$version=1")).contains("/res/412/");
        assertThat(ask(client, "6", "{\"a\":null}", "&$version=2")).contains("/res/204/", "$version=3");

        JsonObject reported = device.twin().properties(true).getJsonObject("reported");
        assertThat(reported.containsKey("a")).isFalse();
        assertThat(reported.getInteger("b")).isEqualTo(2);
        assertThat(reported.getJsonObject("$metadata").getJsonObject("b").getString("$lastUpdated"))
                .isNotNull();
    }

    @Test
    void aDesiredChangeReachesTheDeviceWithItsVersion() throws Exception {
        MqttClient client = running.connect(device);
        running.subscribe(client, Map.of("$iothub/twin/PATCH/properties/desired/#", 0));
        Future<MqttPublishMessage> told = RunningHub.next(client);

        running.hub.patchDesired(ID, new JsonObject().put("interval", 5).putNull("old"), Instant.now());

        MqttPublishMessage change = RunningHub.get(told);
        assertThat(change.topicName()).endsWith("/desired/?$version=2");
        assertThat(new JsonObject(change.payload()))
                .isEqualTo(new JsonObject().put("interval", 5).putNull("old").put("$version", 2));
    }

    @Test
    void anExpiredTokenIsNotAuthorized() {
        String expired = SasToken.sign(
                RunningHub.HOST + "/devices/" + ID,
                device.credential().symmetricKey().primary(),
                Instant.now().minusSeconds(5),
                null);

        assertThatThrownBy(() -> running.connect(device, options -> options.setPassword(expired)))
                .rootCause()
                .isInstanceOfSatisfying(
                        MqttConnectionException.class,
                        refused -> assertThat(refused.code())
                                .isEqualTo(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED));
    }

    @Test
    void aDeviceConnectsWithEitherOfItsCertificates() throws Exception {
        DeviceCertificates first = DeviceCertificates.selfSigned(ID);
        DeviceCertificates second = DeviceCertificates.selfSigned(ID);
        device.update(DeviceCredential.selfSigned(thumbprint(first, "SHA-1"), thumbprint(second, "SHA-256")), true);

        assertThat(signsIn(first)).isTrue();
        assertThat(signsIn(second)).isTrue();
        assertThat(signsIn(DeviceCertificates.selfSigned(ID))).isFalse();
    }

    @Test
    void aDeviceConnectsWithACertificateOfATrustedAuthority() throws Exception {
        DeviceCertificates root = DeviceCertificates.root("factory");
        DeviceCertificates line = root.authority("line 1");
        device.update(DeviceCredential.certificateAuthority(), true);
        assertThat(signsIn(line.device(ID))).isFalse();

        running.hub.authorities().put("factory", root.certificate(), true, null);

        assertThat(signsIn(line.device(ID))).isTrue();
        assertThat(signsIn(line.device("truck-9"))).isFalse();
        assertThat(signsIn(line.expired(ID))).isFalse();
        assertThat(signsIn(DeviceCertificates.root("factory").device(ID))).isFalse();
    }

    private boolean signsIn(DeviceCertificates certificates) throws Exception {
        try {
            RunningHub.get(running.connect(device, certificates.clientOptions()).disconnect());
            return true;
        } catch (ExecutionException refused) {
            assertThat(refused).rootCause().isInstanceOf(MqttConnectionException.class);
            return false;
        }
    }

    private static String thumbprint(DeviceCertificates certificates, String algorithm) throws Exception {
        byte[] digest = MessageDigest.getInstance(algorithm)
                .digest(certificates.certificate().getEncoded());
        return HexFormat.of().formatHex(digest);
    }

    private String ask(MqttClient client, String rid, String body, String more) throws Exception {
        Future<MqttPublishMessage> answer = RunningHub.next(client);
        RunningHub.get(client.publish(
                "$iothub/twin/PATCH/properties/reported/?$rid=" + rid + more,
                Buffer.buffer(body),
                MqttQoS.AT_MOST_ONCE,
                false,
                false));
        return RunningHub.get(answer).topicName();
    }

    private HubDevice module(String id) {
        return running.hub.createModule(device, id, running.hub.newCredential()).orElseThrow();
    }

    private TelemetryEvent lastEvent() {
        int partition = Math.floorMod(ID.hashCode(), running.hub.telemetry().partitions());
        return running.hub.telemetry().read(partition, 0, 10).get(0);
    }

    private static Future<Void> closed(MqttClient client) {
        Promise<Void> closed = Promise.promise();
        client.closeHandler(gone -> closed.tryComplete());
        return closed.future();
    }

    private static void publish(MqttClient client, String topic, boolean retain) throws Exception {
        RunningHub.get(client.publish(topic, Buffer.buffer("{}"), MqttQoS.AT_LEAST_ONCE, false, retain));
    }
}
