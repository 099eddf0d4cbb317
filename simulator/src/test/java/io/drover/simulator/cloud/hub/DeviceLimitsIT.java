package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttConnectionException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a hub's rates and its daily messages mean to devices: held back a little, then refused. */
@Timeout(120)
class DeviceLimitsIT {
    private static final String OWNER = "target-hub";
    private static final String EVENTS = "devices/truck-1/messages/events/";

    private RunningHub running;
    private HubDevice device;
    private int used;

    @BeforeEach
    void start() throws Exception {
        running = new RunningHub(HubSku.F1);
        running.quotas.hub(OWNER, 1, 1);
        device = running.device("truck-1");
    }

    @AfterEach
    void stop() throws Exception {
        running.stop();
    }

    @Test
    void messagesCountInChunks() throws Exception {
        MqttClient client = running.connect(device);

        send(client, 10);
        send(client, 1_200);

        running.waitUntil(() -> running.hub.dailyMessages().used() == 1 + 3);
        assertThat(running.hub.dailyMessages().most()).isEqualTo(8_000);
    }

    @Test
    void aBurstOverTheRateIsHeldBackAndTakenInOrder() throws Exception {
        MqttClient client = running.connect(device);
        AtomicInteger acknowledged = new AtomicInteger();
        client.publishCompletionHandler(id -> acknowledged.incrementAndGet());
        running.quotas.amount(AzureLimit.HUB_DEVICE_TO_CLOUD, 3);

        for (int i = 0; i < 5; i++) {
            client.publish(EVENTS, Buffer.buffer("" + i), MqttQoS.AT_LEAST_ONCE, false, false);
        }

        running.waitUntil(() -> acknowledged.get() == 5);
        assertThat(running.quotas.shaped(AzureLimit.HUB_DEVICE_TO_CLOUD)).isPositive();
        int partition = Math.floorMod(
                device.deviceId().hashCode(), running.hub.telemetry().partitions());
        assertThat(running.hub.telemetry().read(partition, 0, 100).stream()
                        .map(event -> event.body().toString()))
                .containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void telemetryFarOverTheRateIsRefused() throws Exception {
        MqttClient client = running.connect(device);
        keepBusy(AzureLimit.HUB_DEVICE_TO_CLOUD);
        AtomicInteger sent = new AtomicInteger();

        running.waitUntil(() -> {
            // A client that is no longer connected throws, and would not be asked again.
            if (client.isConnected()) {
                client.publish(EVENTS, Buffer.buffer("late"), MqttQoS.AT_MOST_ONCE, false, false);
                sent.incrementAndGet();
            }
            return !client.isConnected();
        });

        assertThat(running.hub.telemetry().appended()).isLessThan(sent.get());
        assertThat(used).isPositive();
        assertThat(running.quotas.refused(AzureLimit.HUB_DEVICE_TO_CLOUD)).isPositive();
    }

    @Test
    void afterTheDaysMessagesTelemetryIsRefusedUnlessQuotasAreOff() throws Exception {
        running.hub.dailyMessages().count(8_000L * 512);
        MqttClient client = running.connect(device);
        client.publish(EVENTS, Buffer.buffer("one more"), MqttQoS.AT_LEAST_ONCE, false, false);
        running.waitUntil(() -> !client.isConnected());
        assertThat(running.hub.telemetry().appended()).isZero();

        running.quotas.enforce(false);
        send(running.connect(device), 10);

        running.waitUntil(() -> running.hub.telemetry().appended() == 1);
    }

    @Test
    void connectionsOverTheRateAreHeldBack() throws Exception {
        running.quotas.amount(AzureLimit.HUB_CONNECTIONS, 1);
        HubDevice other = running.device("truck-2");

        // On a slow machine the first may have been forgotten when the second comes.
        while (running.quotas.shaped(AzureLimit.HUB_CONNECTIONS) == 0) {
            Future<MqttClient> first = running.connecting(device);
            Future<MqttClient> second = running.connecting(other);
            assertThat(RunningHub.get(first).isConnected()).isTrue();
            assertThat(RunningHub.get(second).isConnected()).isTrue();
        }
        assertThat(running.quotas.refused(AzureLimit.HUB_CONNECTIONS)).isZero();
    }

    @Test
    void connectionsFarOverTheRateAreRefused() throws Exception {
        keepBusy(AzureLimit.HUB_CONNECTIONS);

        Throwable refusal = null;
        while (refusal == null) {
            refusal = RunningHub.get(running.connecting(device)
                    .map((Throwable) null)
                    .recover(refused -> Future.succeededFuture(refused)));
        }

        assertThat(refusal)
                .isInstanceOfSatisfying(
                        MqttConnectionException.class,
                        refused -> assertThat(refused.code())
                                .isEqualTo(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE));
    }

    @Test
    void aTwinIsReadLateThenNot() throws Exception {
        MqttClient client = running.connect(device);
        running.subscribe(client, Map.of("$iothub/twin/res/#", 0));
        running.quotas.amount(AzureLimit.HUB_TWIN_READS, 3);
        List<String> answers = new CopyOnWriteArrayList<>();
        client.publishHandler(answer -> answers.add(answer.topicName()));

        for (int i = 0; i < 5; i++) {
            read(client, i);
        }
        running.waitUntil(() -> answers.size() == 5);

        assertThat(answers).allMatch(topic -> topic.startsWith("$iothub/twin/res/200/"));
        assertThat(running.quotas.shaped(AzureLimit.HUB_TWIN_READS)).isPositive();
        keepBusy(AzureLimit.HUB_TWIN_READS);
        running.waitUntil(() -> {
            read(client, answers.size());
            return answers.stream().anyMatch(topic -> topic.startsWith("$iothub/twin/res/429/"));
        });
    }

    private static void read(MqttClient client, int request) {
        client.publish("$iothub/twin/GET/?$rid=" + request, Buffer.buffer(), MqttQoS.AT_MOST_ONCE, false, false);
    }

    private static void send(MqttClient client, int bytes) throws Exception {
        RunningHub.get(client.publish(EVENTS, Buffer.buffer(new byte[bytes]), MqttQoS.AT_LEAST_ONCE, false, false));
    }

    /** Others use all that the hub has and will have in the time for which it holds calls back, until the test ends. */
    private void keepBusy(AzureLimit limit) {
        running.quotas.amount(limit, 1);
        use(limit);
        running.vertx.setPeriodic(1, tick -> use(limit));
    }

    private void use(AzureLimit limit) {
        while (running.quotas.shape(limit, OWNER, 1).retryAfter().isEmpty()) {
            used++;
        }
    }
}
