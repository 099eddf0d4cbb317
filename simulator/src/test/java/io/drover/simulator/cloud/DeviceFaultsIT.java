package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What devices and those who watch them meet under each fault, over real MQTT with TLS. */
@Timeout(120)
class DeviceFaultsIT {
    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stopWhereNothingIsAsDocumented();
    }

    @AfterEach
    void repair() throws Exception {
        cloud.noFaults();
    }

    @Test
    void theFirstConnectIsAnsweredThreeAndTheNextIsTaken() throws Exception {
        cloud.fault("connack-unavailable", new JsonObject().put("service", "hub-mqtt"));

        assertThatThrownBy(() -> SourceDevice.connect(cloud, "refused")).hasMessageContaining("SERVER_UNAVAILABLE");

        assertThat(SourceDevice.connect(cloud, "refused").mqtt().isConnected()).isTrue();
    }

    @Test
    void aConnectionDropsAfterItsTime() throws Exception {
        cloud.fault(
                "mqtt-connection-dropped",
                new JsonObject().put("service", "hub-mqtt").put("delay", "300ms"));

        SourceDevice device = SourceDevice.connect(cloud, "dropped");

        cloud.until(() -> !device.mqtt().isConnected());
        cloud.until(() -> !device.isConnected());
    }

    @Test
    void aRegistrationIsThrottledOnce() throws Exception {
        cloud.fault("dps-throttled", null);

        assertThat(register("throttled").getInteger("errorCode")).isEqualTo(429001);
        assertThat(register("throttled").getString("status")).isEqualTo("assigned");
    }

    @Test
    void aRightKeyIsRefusedOnce() throws Exception {
        cloud.fault("dps-unauthorized", null);

        assertThat(register("refused-once").getInteger("errorCode")).isEqualTo(401002);
        assertThat(register("refused-once").getString("status")).isEqualTo("assigned");
    }

    @Test
    void aServiceWhoseClockIsMoreThanFiveMinutesAheadRefusesDevicesWhoseClockIsRight() throws Exception {
        cloud.fault("clock-skew", new JsonObject().put("service", "hub-mqtt").put("delay", "6m"));
        assertThatThrownBy(() -> SourceDevice.connect(cloud, "skewed")).hasMessageContaining("NOT_AUTHORIZED");
        cloud.fault("clock-skew", new JsonObject().put("service", "hub-mqtt").put("delay", "4m"));
        assertThat(SourceDevice.connect(cloud, "skewed").mqtt().isConnected()).isTrue();

        cloud.fault("clock-skew", new JsonObject().put("service", "dps-mqtt").put("delay", "6m"));
        assertThat(register("skewed-too").getInteger("errorCode")).isEqualTo(401002);
        cloud.noFaults();
        assertThat(register("skewed-too").getString("status")).isEqualTo("assigned");
        assertThat(cloud.injected("clock-skew")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aServiceWhoseClockIsAheadRefusesTokensOverHttpsAndThoseThatSeemToHaveRunOut() throws Exception {
        String longLived = cloud.targetHubConnectionString("iothubowner");
        String key = longLived.substring(longLived.indexOf(";SharedAccessKey=") + 17);
        cloud.fault("clock-skew", new JsonObject().put("service", "hub-rest").put("delay", "4m"));
        assertThat(statistics(key, 600)).isEqualTo(200);
        assertThat(statistics(key, 200)).isEqualTo(401);

        cloud.fault("clock-skew", new JsonObject().put("service", "hub-rest").put("delay", "6m"));
        assertThat(statistics(key, 600)).isEqualTo(401);
    }

    private static int statistics(String key, int seconds) throws Exception {
        String token = SasToken.sign(RunningCloud.TARGET_HUB, key, Instant.now().plusSeconds(seconds), "iothubowner");
        return cloud.send(
                        HttpMethod.GET,
                        RunningCloud.TARGET_HUB,
                        "/statistics/devices?api-version=2021-04-12",
                        token,
                        null)
                .statusCode();
    }

    @Test
    void customAllocationFailsAndTheSecondTryWorks() throws Exception {
        cloud.fault("dps-custom-allocation-failed", null);

        JsonObject failed = register("unknown-yet");

        assertThat(failed.getInteger("errorCode")).isEqualTo(400207);
        assertThat(failed.getString("errorMessage")).isEqualTo("Custom allocation failed with status code: 404");
        assertThat(register("unknown-yet").getString("status")).isEqualTo("assigned");
    }

    @Test
    void aDeviceIsAssigningAsLongAsTheFaultIsOn() throws Exception {
        cloud.fault("dps-assigning-forever", new JsonObject().put("devices", "forever"));
        cloud.addDevice("forever");

        Future<JsonObject> registering = later(() -> register("forever"));
        cloud.until(() -> cloud.injected("dps-assigning-forever") >= 3);
        boolean assigned = registering.isComplete();
        cloud.noFaults();

        assertThat(assigned).isFalse();
        assertThat(cloud.await(registering).getString("status")).isEqualTo("assigned");
    }

    @Test
    void anAssignmentTakesItsTime() throws Exception {
        cloud.fault("dps-slow-assignment", new JsonObject().put("delay", "1s"));

        assertThat(register("slow").getString("status")).isEqualTo("assigned");
        assertThat(cloud.injected("dps-slow-assignment")).isBetween(1L, 4L);
    }

    @Test
    void retryAfterIsMissingOrWrong() throws Exception {
        cloud.addDevice("paced");
        assertThat(firstReply("paced")).contains("&retry-after=1");

        cloud.fault("dps-retry-after-missing", null);
        assertThat(firstReply("paced")).doesNotContain("retry-after");
        cloud.noFaults();

        cloud.fault("dps-retry-after-wrong", null);
        assertThat(firstReply("paced")).contains("&retry-after=soon");
    }

    @Test
    void anAnswerToACommandIsLostThoughTheDeviceActed() throws Exception {
        SourceDevice device = answering("lost-ack", new AtomicInteger());
        cloud.fault("lost-ack", null);

        HttpResponse<Buffer> lost = command(device, 5);
        HttpResponse<Buffer> second = command(device, 5);

        assertThat(lost.statusCode()).isEqualTo(504);
        assertThat(cloud.truth("lost-ack")
                        .getJsonArray("commands")
                        .getJsonObject(0)
                        .getString("deliveredAt"))
                .isNotNull();
        assertThat(second.statusCode()).isEqualTo(201);
    }

    @Test
    void anAnswerToACommandComesTooLate() throws Exception {
        SourceDevice device = answering("late-ack", new AtomicInteger());
        cloud.fault("late-method-answer", new JsonObject().put("delay", "7s"));

        assertThat(command(device, 5).statusCode()).isEqualTo(504);
        assertThat(command(device, 5).statusCode()).isEqualTo(201);
    }

    @Test
    void aCommandIsDeliveredTwice() throws Exception {
        AtomicInteger received = new AtomicInteger();
        SourceDevice device = answering("twice", received);
        cloud.fault("duplicate-method", null);

        assertThat(command(device, 30).statusCode()).isEqualTo(201);
        cloud.until(() -> received.get() == 2);
    }

    @Test
    void aTwinReadIsThrottledOnce() throws Exception {
        SourceDevice device = SourceDevice.connect(cloud, "twin");
        List<String> replies = new CopyOnWriteArrayList<>();
        device.mqtt().publishHandler(message -> replies.add(message.topicName()));
        cloud.await(device.mqtt().subscribe("$iothub/twin/res/#", 0));
        cloud.fault("twin-throttled", null);

        for (int rid = 1; rid <= 2; rid++) {
            cloud.await(device.mqtt()
                    .publish("$iothub/twin/GET/?$rid=" + rid, Buffer.buffer(), MqttQoS.AT_MOST_ONCE, false, false));
        }
        cloud.until(() -> replies.size() == 2);

        assertThat(replies).anyMatch(topic -> topic.startsWith("$iothub/twin/res/429/?$rid=1"));
        assertThat(replies).anyMatch(topic -> topic.startsWith("$iothub/twin/res/200/?$rid=2"));
    }

    @Test
    void aHubThatFailsOverDropsItsDevicesAndTakesThemBackLater() throws Exception {
        SourceDevice device = SourceDevice.connect(cloud, "failover");

        cloud.fault("hub-failover", new JsonObject().put("for", "4s"));
        cloud.until(() -> !device.mqtt().isConnected());
        assertThatThrownBy(() -> SourceDevice.connect(cloud, "failover")).hasMessageContaining("SERVER_UNAVAILABLE");
        assertThat(cloud.targetHub(HttpMethod.GET, "/statistics/devices", null).statusCode())
                .isEqualTo(503);

        cloud.until(() ->
                cloud.targetHub(HttpMethod.GET, "/statistics/devices", null).statusCode() == 200);
        assertThat(SourceDevice.connect(cloud, "failover").mqtt().isConnected()).isTrue();
    }

    private static SourceDevice answering(String id, AtomicInteger received) throws Exception {
        SourceDevice device = SourceDevice.connect(cloud, id);
        device.mqtt().publishHandler(message -> {
            received.incrementAndGet();
            device.answer(message, 200, "{}");
        });
        device.listen();
        return device;
    }

    private static HttpResponse<Buffer> command(SourceDevice device, int responseTimeout) throws Exception {
        return cloud.central(
                HttpMethod.POST,
                "/api/devices/" + device.id() + "/components/migration/commands/DeviceMove",
                new JsonObject()
                        .put("request", new JsonObject().put("idScope", "0ne0000000A"))
                        .put("responseTimeout", responseTimeout));
    }

    private static JsonObject register(String id) throws Exception {
        cloud.addDevice(id);
        return SourceDevice.register(
                cloud, id, SymmetricKeys.derive(cloud.sourceGroupKeys().getString("primaryKey"), id));
    }

    /** The topic of the first answer to a registration. */
    private static String firstReply(String id) throws Exception {
        Promise<String> first = Promise.promise();
        SourceDevice.register(
                cloud,
                id,
                SymmetricKeys.derive(cloud.sourceGroupKeys().getString("primaryKey"), id),
                first::tryComplete);
        return cloud.await(first.future());
    }

    private interface Blocking<T> {
        T call() throws Exception;
    }

    private static <T> Future<T> later(Blocking<T> action) {
        return cloud.vertx().executeBlocking(action::call, false);
    }
}
