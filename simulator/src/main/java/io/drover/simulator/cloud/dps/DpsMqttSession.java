package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's connection to the device API. Confined to the event loop of its endpoint. */
final class DpsMqttSession {
    static final String RESPONSES = "$dps/registrations/res/#";

    /** Real round trips are longer; clients that register before they finish handling SUBACK must still get the reply. */
    private static final long LEAST_ANSWER_MILLIS = 5;

    private static final int MAX_ANSWERS_IN_FLIGHT = 8;
    private static final Pattern REGISTER =
            Pattern.compile("\\$dps/registrations/PUT/iotdps-register/\\?\\$rid=([^&]*)(?:&.*)?");
    private static final Pattern POLL = Pattern.compile(
            "\\$dps/registrations/GET/iotdps-get-operationstatus/\\?\\$rid=([^&]*)&operationId=([^&]*)(?:&.*)?");
    private static final Logger LOG = LoggerFactory.getLogger(DpsMqttSession.class);

    private final Vertx vertx;
    private final MqttEndpoint endpoint;
    private final DeviceOperations operations;
    private final DeviceOperations.Caller caller;
    private final CallMeter calls;
    private MqttQoS responseQos;
    private int inFlight;

    DpsMqttSession(
            Vertx vertx,
            MqttEndpoint endpoint,
            DeviceOperations operations,
            DeviceOperations.Caller caller,
            CallMeter calls) {
        this.vertx = vertx;
        this.endpoint = endpoint;
        this.operations = operations;
        this.caller = caller;
        this.calls = calls;
    }

    void open() {
        endpoint.publishAutoAck(true)
                .subscribeHandler(this::subscribe)
                .unsubscribeHandler(message -> {
                    if (message.topics().contains(RESPONSES)) {
                        responseQos = null;
                    }
                    endpoint.unsubscribeAcknowledge(message.messageId());
                })
                .publishHandler(this::receive)
                .exceptionHandler(failure -> LOG.debug("Device connection to DPS failed: {}", failure.toString()))
                .accept(false);
    }

    private void subscribe(MqttSubscribeMessage message) {
        List<MqttQoS> granted = new ArrayList<>(message.topicSubscriptions().size());
        message.topicSubscriptions().forEach(subscription -> {
            boolean known = RESPONSES.equals(subscription.topicName());
            // QoS 2 is granted as 1, as documented.
            MqttQoS qos = subscription.qualityOfService() == MqttQoS.AT_MOST_ONCE
                    ? MqttQoS.AT_MOST_ONCE
                    : MqttQoS.AT_LEAST_ONCE;
            if (known) {
                responseQos = qos;
            }
            granted.add(known ? qos : MqttQoS.FAILURE);
        });
        endpoint.subscribeAcknowledge(message.messageId(), granted);
    }

    private void receive(MqttPublishMessage message) {
        long arrived = System.nanoTime();
        Matcher register = REGISTER.matcher(message.topicName());
        Matcher poll = POLL.matcher(message.topicName());
        if (message.qosLevel() == MqttQoS.EXACTLY_ONCE || inFlight >= MAX_ANSWERS_IN_FLIGHT) {
            endpoint.close();
        } else if (register.matches()) {
            answer("register", register.group(1), operations.register(caller, message.payload()), arrived);
        } else if (poll.matches()) {
            answer("poll", poll.group(1), operations.poll(caller, poll.group(2)), arrived);
        } else {
            endpoint.close();
        }
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
        if (!endpoint.isConnected() || responseQos == null) {
            return;
        }
        String topic = "$dps/registrations/res/" + reply.status() + "/?$rid=" + rid
                + (reply.retryAfter().isPresent()
                        ? "&retry-after=" + reply.retryAfter().getAsLong()
                        : "");
        endpoint.publish(topic, reply.body().toBuffer(), responseQos, false, false)
                .onFailure(lost -> LOG.debug("Device left before its answer: {}", lost.toString()));
    }
}
