package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.MqttUnsubscribeMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a connected device may say, after "Use MQTT to communicate with IoT Hub": telemetry, answers to methods, twin
 * reads and reported properties. QoS 2, an unknown topic or more than 256 KiB close the connection.
 * Confined to the connection's event loop.
 */
final class DeviceProtocol {
    private static final String METHODS = "$iothub/methods/POST/#";
    private static final String TWIN_RESULTS = "$iothub/twin/res/#";
    private static final String DESIRED = "$iothub/twin/PATCH/properties/desired/#";
    private static final String METHOD_ANSWER = "$iothub/methods/res/";
    private static final String TWIN_GET = "$iothub/twin/GET/";
    private static final String REPORTED_PATCH = "$iothub/twin/PATCH/properties/reported/";
    private static final int MAX_BODY = 256 * 1024;

    private final Hub hub;
    private final HubDevice device;
    private final DeviceSession session;
    private final MqttEndpoint endpoint;
    private final Quotas quotas;
    private final Clock clock;
    private final CallMeter calls;
    private long arrived;

    DeviceProtocol(Hub hub, DeviceSession session, MqttEndpoint endpoint, Quotas quotas, Clock clock, CallMeter calls) {
        this.hub = hub;
        this.device = session.device();
        this.session = session;
        this.endpoint = endpoint;
        this.quotas = quotas;
        this.clock = clock;
        this.calls = calls;
    }

    void listen() {
        endpoint.subscribeHandler(this::subscribed)
                .unsubscribeHandler(this::unsubscribed)
                .publishHandler(this::published)
                .exceptionHandler(broken -> session.drop());
    }

    private void subscribed(MqttSubscribeMessage message) {
        List<MqttQoS> granted = message.topicSubscriptions().stream()
                .map(asked -> isKnown(asked.topicName()) ? atMostOne(asked.qualityOfService()) : MqttQoS.FAILURE)
                .toList();
        endpoint.subscribeAcknowledge(message.messageId(), granted);
        message.topicSubscriptions().forEach(asked -> switchFilter(asked.topicName(), true));
    }

    private void unsubscribed(MqttUnsubscribeMessage message) {
        endpoint.unsubscribeAcknowledge(message.messageId());
        message.topics().forEach(filter -> switchFilter(filter, false));
    }

    private boolean isKnown(String filter) {
        return switch (filter) {
            case METHODS, TWIN_RESULTS, DESIRED -> true;
            default -> isOwn(filter, "/messages/devicebound/#");
        };
    }

    private void switchFilter(String filter, boolean on) {
        switch (filter) {
            case METHODS -> session.takesMethods(on);
            case DESIRED -> session.takesDesired(on);
            default -> {} // nothing is held back for the others: answers go to whoever asks
        }
    }

    private static MqttQoS atMostOne(MqttQoS asked) {
        return asked == MqttQoS.AT_MOST_ONCE ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
    }

    private void published(MqttPublishMessage message) {
        arrived = System.nanoTime();
        boolean understood;
        try {
            understood = message.qosLevel() != MqttQoS.EXACTLY_ONCE
                    && message.payload().length() <= MAX_BODY
                    && handle(message, clock.instant());
        } catch (IllegalArgumentException malformedTopic) {
            understood = false;
        }
        if (!understood) {
            answered("unknown", "closed");
            endpoint.close();
        } else if (message.qosLevel() == MqttQoS.AT_LEAST_ONCE && endpoint.isConnected()) {
            endpoint.publishAcknowledge(message.messageId());
        }
    }

    private boolean handle(MqttPublishMessage message, Instant now) {
        String topic = message.topicName();
        if (topic.startsWith(METHOD_ANSWER)) {
            device.active(now);
            return methodAnswer(topic.substring(METHOD_ANSWER.length()), message.payload());
        }
        if (topic.startsWith(TWIN_GET)) {
            device.active(now);
            return twinGet(topic.substring(TWIN_GET.length()));
        }
        if (topic.startsWith(REPORTED_PATCH)) {
            device.active(now);
            return reported(topic.substring(REPORTED_PATCH.length()), message.payload(), now);
        }
        return telemetry(topic, message, now);
    }

    private boolean telemetry(String topic, MqttPublishMessage message, Instant now) {
        int events = topic.indexOf("/messages/events");
        if (events < 0 || !isOwn(topic, topic.substring(events))) {
            return false;
        }
        String bag = topic.substring(events + "/messages/events".length());
        if (!bag.isEmpty() && !bag.startsWith("/")) {
            return false;
        }
        Map<String, String> properties = PropertyBag.parse(bag.isEmpty() ? bag : bag.substring(1));
        if (message.isRetain()) {
            properties.put("mqtt-retain", "true");
        }
        device.telemetry(now);
        hub.telemetry().append(device, message.payload(), properties, now);
        answered("telemetry", "accepted");
        return true;
    }

    private boolean isOwn(String topic, String ending) {
        return topic.startsWith("devices/")
                && topic.endsWith(ending)
                && topic.length() > "devices/".length() + ending.length()
                && PropertyBag.names(
                        topic.substring("devices/".length(), topic.length() - ending.length()), device.deviceId());
    }

    private boolean methodAnswer(String rest, Buffer payload) {
        int slash = rest.indexOf('/');
        String requestId = slash < 0 ? null : requestId(rest.substring(slash + 1));
        if (requestId == null) {
            return false;
        }
        session.answered(requestId, Integer.parseInt(rest.substring(0, slash)), payload);
        answered("method-answer", "accepted");
        return true;
    }

    private boolean twinGet(String query) {
        String requestId = requestId(query);
        if (requestId == null) {
            return false;
        }
        if (quotas.tryAcquire(AzureLimit.HUB_TWIN_READS, hub.name()).isPresent()) {
            answerTwin("twin-get", 429, requestId, "", Buffer.buffer());
        } else {
            answerTwin(
                    "twin-get",
                    200,
                    requestId,
                    "",
                    device.twin().properties(false).toBuffer());
        }
        return true;
    }

    private boolean reported(String query, Buffer payload, Instant now) {
        String requestId = requestId(query);
        if (requestId == null) {
            return false;
        }
        try {
            long version = device.twin().patchReported(new JsonObject(payload), now);
            answerTwin("twin-reported", 204, requestId, "&$version=" + version, Buffer.buffer());
        } catch (DecodeException | ClassCastException notAnObject) {
            answerTwin("twin-reported", 400, requestId, "", Buffer.buffer());
        }
        return true;
    }

    private void answerTwin(String operation, int status, String requestId, String more, Buffer body) {
        answered(operation, Integer.toString(status));
        session.publish("$iothub/twin/res/" + status + "/?$rid=" + requestId + more, body);
    }

    private void answered(String operation, String status) {
        calls.answered(CloudService.HUB_MQTT, operation, status, arrived);
    }

    private static String requestId(String query) {
        return query.startsWith("?") ? PropertyBag.parse(query).get("$rid") : null;
    }
}
