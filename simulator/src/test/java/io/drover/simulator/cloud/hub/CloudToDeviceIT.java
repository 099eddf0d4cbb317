package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.fault.FaultKind;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages from a service to devices that connect over MQTT. */
@Timeout(60)
class CloudToDeviceIT {
    private static final String ID = "truck-1";
    private static final Map<String, Integer> MESSAGES = Map.of("devices/" + ID + "/messages/devicebound/#", 1);
    private static final Duration HOUR = Duration.ofHours(1);

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
    void aMessageWaitsForTheSubscriptionAndIsCompletedByItsPuback() throws Exception {
        send("m1", CloudToDeviceMessage.Ack.FULL);
        assertThat(device.messageCount(Instant.now())).isEqualTo(1);
        MqttClient client = running.connect(device);
        Future<MqttPublishMessage> arrived = RunningHub.next(client);

        running.subscribe(client, MESSAGES);

        MqttPublishMessage message = RunningHub.get(arrived);
        assertThat(message.qosLevel()).isEqualTo(MqttQoS.AT_LEAST_ONCE);
        assertThat(message.topicName())
                .startsWith("devices/truck-1/messages/devicebound/")
                .contains("%24.mid=m1", "colour=deep%20red");
        assertThat(message.payload().toString()).isEqualTo("hello m1");
        running.waitUntil(() -> device.messageCount(Instant.now()) == 0);
        assertThat(running.hub.feedback().take()).singleElement().satisfies(record -> {
            assertThat(record.originalMessageId()).isEqualTo("m1");
            assertThat(record.status()).isEqualTo(FeedbackStatus.SUCCESS);
        });
    }

    @Test
    void whatWasNotAcknowledgedComesAgainOnTheNextConnection() throws Exception {
        send("m1", CloudToDeviceMessage.Ack.NONE);
        MqttClient first = running.connect(device, options -> options.setAutoAck(false));
        Future<MqttPublishMessage> once = RunningHub.next(first);
        running.subscribe(first, MESSAGES);
        RunningHub.get(once);
        RunningHub.get(first.disconnect());
        running.waitUntil(() -> device.connectionState() == ConnectionState.DISCONNECTED);

        MqttClient second = running.connect(device);
        Future<MqttPublishMessage> again = RunningHub.next(second);
        running.subscribe(second, MESSAGES);

        assertThat(RunningHub.get(again).payload().toString()).isEqualTo("hello m1");
        running.waitUntil(() -> device.messageCount(Instant.now()) == 0);
    }

    @Test
    void aMessageThatIsLostOnItsWayComesAgainOnTheNextConnection() throws Exception {
        running.faults.put(FaultKind.LOST_CLOUD_TO_DEVICE.byDefault());
        MqttClient first = running.connect(device);
        Future<MqttPublishMessage> lost = RunningHub.next(first);
        running.subscribe(first, MESSAGES);

        send("m1", CloudToDeviceMessage.Ack.NONE);
        running.waitUntil(() -> running.faults.injected(FaultKind.LOST_CLOUD_TO_DEVICE) == 1);
        RunningHub.get(first.disconnect());
        running.waitUntil(() -> device.connectionState() == ConnectionState.DISCONNECTED);
        MqttClient second = running.connect(device);
        Future<MqttPublishMessage> again = RunningHub.next(second);
        running.subscribe(second, MESSAGES);

        assertThat(RunningHub.get(again).payload().toString()).isEqualTo("hello m1");
        assertThat(lost.isComplete()).isFalse();
    }

    @Test
    void withoutCleanSessionTheSubscriptionOutlivesTheConnection() throws Exception {
        MqttClient first = running.connect(device, options -> options.setCleanSession(false));
        running.subscribe(first, MESSAGES);
        RunningHub.get(first.disconnect());
        running.waitUntil(() -> device.connectionState() == ConnectionState.DISCONNECTED);

        MqttClient second = running.connect(device, options -> options.setCleanSession(false));
        Future<MqttPublishMessage> arrived = RunningHub.next(second);
        send("m2", CloudToDeviceMessage.Ack.NONE);

        assertThat(RunningHub.get(arrived).payload().toString()).isEqualTo("hello m2");
    }

    @Test
    void theQueueTakesFiftyMessages() {
        for (int i = 0; i < 50; i++) {
            send("m" + i, CloudToDeviceMessage.Ack.NONE);
        }

        assertThatThrownBy(() -> send("m50", CloudToDeviceMessage.Ack.NONE))
                .isInstanceOfSatisfying(
                        HubException.class,
                        refused -> assertThat(refused.error()).isEqualTo(HubError.QUEUE_DEPTH_EXCEEDED));
    }

    @Test
    void anExpiredMessageIsNotDeliveredAndReportedWhenAskedFor() {
        running.hub.send(
                ID, RunningHub.message("m1", "late", Duration.ofSeconds(-1), CloudToDeviceMessage.Ack.NEGATIVE));

        assertThat(device.messages().next(Instant.now())).isEmpty();
        assertThat(running.hub.feedback().take())
                .singleElement()
                .satisfies(record -> assertThat(record.status()).isEqualTo(FeedbackStatus.EXPIRED));
    }

    @Test
    void aMessageDeliveredTenTimesInVainIsGivenUp() {
        send("m1", CloudToDeviceMessage.Ack.FULL);
        for (int i = 0; i < 10; i++) {
            assertThat(device.messages().next(Instant.now())).isPresent();
            device.messages().release(Instant.now());
        }

        assertThat(device.messages().next(Instant.now())).isEmpty();
        assertThat(running.hub.feedback().take())
                .singleElement()
                .satisfies(record -> assertThat(record.status()).isEqualTo(FeedbackStatus.DELIVERY_COUNT_EXCEEDED));
    }

    @Test
    void aBasicHubSendsNothingToDevices() throws Exception {
        RunningHub basic = new RunningHub(HubSku.B1);
        basic.device(ID);

        assertThatThrownBy(() -> basic.hub.send(ID, RunningHub.message("m", "x", HOUR, CloudToDeviceMessage.Ack.NONE)))
                .isInstanceOfSatisfying(
                        HubException.class,
                        refused -> assertThat(refused.error()).isEqualTo(HubError.NOT_IN_THIS_TIER));
        basic.stop();
    }

    private void send(String id, CloudToDeviceMessage.Ack ack) {
        running.hub.send(ID, RunningHub.message(id, "hello " + id, HOUR, ack));
    }
}
