package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's connection to the device API. Confined to its event loop. */
final class DpsMqttSession implements DeviceConnection.Packets {
    static final String RESPONSES = "$dps/registrations/res/#";

    /** Real round trips are longer; clients that register before they finish handling SUBACK must still get the reply. */
    private static final long LEAST_ANSWER_MILLIS = 5;

    private static final int MAX_ANSWERS_IN_FLIGHT = 8;
    private static final int MAX_PACKET_ID = 0xFFFF;
    private static final Pattern REGISTER =
            Pattern.compile("\\$dps/registrations/PUT/iotdps-register/\\?\\$rid=([^&]*)(?:&.*)?");
    private static final Pattern POLL = Pattern.compile(
            "\\$dps/registrations/GET/iotdps-get-operationstatus/\\?\\$rid=([^&]*)&operationId=([^&]*)(?:&.*)?");
    private static final Logger LOG = LoggerFactory.getLogger(DpsMqttSession.class);

    private final Vertx vertx;
    private final DeviceConnection connection;
    private final DeviceOperations operations;
    private final DeviceOperations.Caller caller;
    private final CallMeter calls;
    private MqttQoS responseQos;
    private int inFlight;
    private int packetIds;

    DpsMqttSession(
            Vertx vertx,
            DeviceConnection connection,
            DeviceOperations operations,
            DeviceOperations.Caller caller,
            CallMeter calls) {
        this.vertx = vertx;
        this.connection = connection;
        this.operations = operations;
        this.caller = caller;
        this.calls = calls;
    }

    void open() {
        connection.handler(this);
        connection.accept(false);
    }

    @Override
    public void subscribed(int packetId, List<DeviceConnection.Subscription> asked) {
        List<MqttQoS> granted = new ArrayList<>(asked.size());
        asked.forEach(subscription -> {
            boolean known = RESPONSES.equals(subscription.filter());
            // QoS 2 is granted as 1, as documented.
            MqttQoS qos = subscription.qos() == MqttQoS.AT_MOST_ONCE ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
            if (known) {
                responseQos = qos;
            }
            granted.add(known ? qos : MqttQoS.FAILURE);
        });
        connection.subscribeAcknowledge(packetId, granted);
    }

    @Override
    public void unsubscribed(int packetId, List<String> filters) {
        if (filters.contains(RESPONSES)) {
            responseQos = null;
        }
        connection.unsubscribeAcknowledge(packetId);
    }

    @Override
    public void published(DeviceConnection.Message message) {
        long arrived = System.nanoTime();
        Matcher register = REGISTER.matcher(message.topic());
        Matcher poll = POLL.matcher(message.topic());
        if (message.qos() == MqttQoS.EXACTLY_ONCE || inFlight >= MAX_ANSWERS_IN_FLIGHT) {
            connection.close();
            return;
        }
        if (message.qos() == MqttQoS.AT_LEAST_ONCE) {
            connection.publishAcknowledge(message.packetId());
        }
        if (register.matches()) {
            answer("register", register.group(1), operations.register(caller, message.body()), arrived);
        } else if (poll.matches()) {
            answer("poll", poll.group(1), operations.poll(caller, poll.group(2)), arrived);
        } else {
            connection.close();
        }
    }

    @Override
    public void closed(boolean goodbye) {
        responseQos = null;
    }

    private void answer(String operation, String rid, DeviceOperations.Reply reply, long arrived) {
        inFlight++;
        vertx.setTimer(LEAST_ANSWER_MILLIS, timer -> {
            inFlight--;
            send(rid, reply);
            calls.answered(CloudService.DPS_MQTT, operation, Integer.toString(reply.status()), arrived);
        });
    }

    private void send(String rid, DeviceOperations.Reply reply) {
        if (!connection.isConnected() || responseQos == null) {
            return;
        }
        String topic = "$dps/registrations/res/" + reply.status() + "/?$rid=" + rid
                + (reply.retryAfter().isPresent()
                        ? "&retry-after=" + reply.retryAfter().getAsLong()
                        : "");
        packetIds = packetIds % MAX_PACKET_ID + 1;
        connection
                .publish(topic, reply.body().toBuffer(), responseQos, packetIds)
                .onFailure(lost -> LOG.debug("Device left before its answer: {}", lost.toString()));
    }
}
