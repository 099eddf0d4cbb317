package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.drover.simulator.cloud.quota.Quotas;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a connected device may say, after "Communicate with an IoT hub using the MQTT protocol": telemetry, answers to methods,
 * twins, subscriptions. QoS 2, an unknown topic or more than 256 KiB close the connection; a sixth topic filter is refused in the
 * SUBACK (own choice). Confined to the connection's event loop.
 */
final class DeviceProtocol implements DeviceConnection.Packets {
    private static final String METHODS = "$iothub/methods/POST/#";
    private static final String TWIN_RESULTS = "$iothub/twin/res/#";
    private static final String DESIRED = "$iothub/twin/PATCH/properties/desired/#";
    private static final String METHOD_ANSWER = "$iothub/methods/res/";
    private static final String TWIN_GET = "$iothub/twin/GET/";
    private static final String REPORTED_PATCH = "$iothub/twin/PATCH/properties/reported/";
    private static final String EVENTS = "/messages/events";
    private static final int MAX_BODY = 256 * 1024;
    private static final int MAX_METHOD_ANSWER = 128 * 1024;
    private static final int MAX_FILTERS = 5;

    private final Hub hub;
    private final HubDevice device;
    private final DeviceSession session;
    private final DeviceConnection connection;
    private final TwinProtocol twins;
    private final Clock clock;
    private final CallMeter calls;
    private final TelemetryIntake intake;
    private final Set<String> filters = new HashSet<>(4);
    private Runnable afterwards = () -> {};
    private long arrived;

    DeviceProtocol(
            Vertx vertx,
            Hub hub,
            DeviceSession session,
            DeviceConnection connection,
            Quotas quotas,
            Clock clock,
            CallMeter calls) {
        this.intake = new TelemetryIntake(vertx, hub, quotas);
        this.hub = hub;
        this.device = session.device();
        this.session = session;
        this.connection = connection;
        this.twins = new TwinProtocol(vertx, hub, session, quotas, clock, calls);
        this.clock = clock;
        this.calls = calls;
    }

    /** Called once when the connection has ended. */
    void whenClosed(Runnable action) {
        afterwards = action;
    }

    @Override
    public void pinged() {
        session.heard();
    }

    @Override
    public void acknowledged(int packetId) {
        session.acknowledged(packetId);
    }

    /** Without a DISCONNECT the Will becomes telemetry. */
    @Override
    public void closed(boolean goodbye) {
        DeviceConnection.Will will = connection.connect().will();
        if (!goodbye && will != null) {
            publish(will);
        }
        afterwards.run();
    }

    private void publish(DeviceConnection.Will will) {
        try {
            Map<String, String> properties = eventProperties(will.topic());
            if (properties != null) {
                properties.put("iothub-MessageType", "Will");
                append(properties, will.body(), clock.instant());
            }
        } catch (IllegalArgumentException malformedTopic) {
            arrived = System.nanoTime();
            answered("will", "malformed");
        }
    }

    @Override
    public void subscribed(int packetId, List<DeviceConnection.Subscription> all) {
        session.heard();
        List<MqttQoS> granted = new ArrayList<>(all.size());
        List<DeviceConnection.Subscription> accepted = new ArrayList<>(all.size());
        for (DeviceConnection.Subscription asked : all) {
            boolean known = isKnown(asked.filter());
            boolean fits = filters.contains(asked.filter()) || filters.size() < MAX_FILTERS;
            if (known && fits) {
                filters.add(asked.filter());
                accepted.add(asked);
            }
            granted.add(known && fits ? atMostOne(asked.qos()) : MqttQoS.FAILURE);
        }
        connection.subscribeAcknowledge(packetId, granted);
        accepted.forEach(filter -> subscribe(filter.filter(), atMostOne(filter.qos())));
    }

    @Override
    public void unsubscribed(int packetId, List<String> given) {
        session.heard();
        connection.unsubscribeAcknowledge(packetId);
        given.stream().filter(filters::remove).forEach(this::unsubscribe);
    }

    private boolean isKnown(String filter) {
        return switch (filter) {
            case METHODS, TWIN_RESULTS, DESIRED -> true;
            default -> isMessages(filter) || (device.moduleId() != null && isOwn(filter, "/inputs/#"));
        };
    }

    private boolean isMessages(String filter) {
        return isOwn(filter, "/messages/devicebound/#") || (device.moduleId() != null && isOwn(filter, "/#"));
    }

    private void subscribe(String filter, MqttQoS qos) {
        switch (filter) {
            case METHODS -> session.takesMethods(true);
            case DESIRED -> session.takesDesired(true);
            default -> {
                if (isMessages(filter)) {
                    device.keepMessagesSubscription(!connection.connect().cleanSession());
                    session.takesMessages(qos);
                }
            }
        }
    }

    private void unsubscribe(String filter) {
        switch (filter) {
            case METHODS -> session.takesMethods(false);
            case DESIRED -> session.takesDesired(false);
            default -> {
                if (isMessages(filter)) {
                    device.keepMessagesSubscription(false);
                    session.takesMessages(null);
                }
            }
        }
    }

    private static MqttQoS atMostOne(MqttQoS asked) {
        return asked == MqttQoS.AT_MOST_ONCE ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
    }

    @Override
    public void published(DeviceConnection.Message message) {
        arrived = System.nanoTime();
        session.heard();
        boolean understood;
        try {
            understood = message.qos() != MqttQoS.EXACTLY_ONCE
                    && message.body().length() <= MAX_BODY
                    && handle(message, clock.instant());
        } catch (IllegalArgumentException malformedTopic) {
            understood = false;
        }
        if (!understood) {
            answered("unknown", "closed");
            connection.close();
        }
    }

    private boolean acknowledge(DeviceConnection.Message message) {
        if (message.qos() == MqttQoS.AT_LEAST_ONCE && connection.isConnected()) {
            connection.publishAcknowledge(message.packetId());
        }
        return true;
    }

    private boolean handle(DeviceConnection.Message message, Instant now) {
        String topic = message.topic();
        if (topic.startsWith(METHOD_ANSWER)) {
            device.active(now);
            return methodAnswer(topic.substring(METHOD_ANSWER.length()), message.body()) && acknowledge(message);
        }
        if (topic.startsWith(TWIN_GET)) {
            device.active(now);
            return twins.get(topic.substring(TWIN_GET.length()), arrived) && acknowledge(message);
        }
        if (topic.startsWith(REPORTED_PATCH)) {
            device.active(now);
            return twins.reported(topic.substring(REPORTED_PATCH.length()), message.body(), arrived)
                    && acknowledge(message);
        }
        return telemetry(topic, message);
    }

    /** MQTT 3.1.1 has no refusal: what a limit refuses is neither taken nor acknowledged, and the connection ends (own choice). */
    private boolean telemetry(String topic, DeviceConnection.Message message) {
        Map<String, String> properties = eventProperties(topic);
        if (properties == null) {
            return false;
        }
        if (message.retain()) {
            properties.put("mqtt-retain", "true");
        }
        long received = arrived;
        Runnable take = () -> {
            append(properties, message.body(), clock.instant());
            calls.answered(CloudService.HUB_MQTT, "telemetry", "accepted", received);
            acknowledge(message);
        };
        if (!intake.offer(size(message.body(), properties), take)) {
            answered("telemetry", "throttled");
            connection.close();
        }
        return true;
    }

    private static long size(Buffer body, Map<String, String> properties) {
        long size = body.length();
        for (Map.Entry<String, String> property : properties.entrySet()) {
            size += property.getKey().length() + property.getValue().length();
        }
        return size;
    }

    private void append(Map<String, String> properties, Buffer body, Instant now) {
        device.telemetry(now);
        hub.telemetry().append(device, session.authMethod(), body, properties, now);
    }

    /** The property bag of the device's own events topic, null when it is another topic. */
    private Map<String, String> eventProperties(String topic) {
        int events = topic == null ? -1 : topic.indexOf(EVENTS);
        if (events < 0 || !isOwn(topic.substring(0, events + EVENTS.length()), EVENTS)) {
            return null;
        }
        String bag = topic.substring(events + EVENTS.length());
        if (!bag.isEmpty() && !bag.startsWith("/")) {
            return null;
        }
        // A module's client ends its topic with another slash.
        String inner = bag.length() > 1 && bag.endsWith("/") ? bag.substring(0, bag.length() - 1) : bag;
        return PropertyBag.parse(inner.isEmpty() ? inner : inner.substring(1));
    }

    private boolean isOwn(String topic, String ending) {
        String own =
                device.moduleId() == null ? device.deviceId() : device.deviceId() + "/modules/" + device.moduleId();
        return topic.startsWith("devices/")
                && topic.endsWith(ending)
                && topic.length() > "devices/".length() + ending.length()
                && PropertyBag.names(topic.substring("devices/".length(), topic.length() - ending.length()), own);
    }

    private boolean methodAnswer(String rest, Buffer payload) {
        int slash = rest.indexOf('/');
        String query = slash < 0 ? "" : rest.substring(slash + 1);
        String requestId = query.startsWith("?") ? PropertyBag.parse(query).get("$rid") : null;
        if (requestId == null || payload.length() > MAX_METHOD_ANSWER) {
            return false;
        }
        session.answered(requestId, Integer.parseInt(rest.substring(0, slash)), payload);
        answered("method-answer", "accepted");
        return true;
    }

    private void answered(String operation, String status) {
        calls.answered(CloudService.HUB_MQTT, operation, status, arrived);
    }
}
