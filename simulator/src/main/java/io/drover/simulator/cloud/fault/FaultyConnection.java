package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One MQTT connection between device and service, as its service sees it. On the connection's event loop. */
final class FaultyConnection implements DeviceConnection, DeviceConnection.Packets {
    private final Vertx vertx;
    private final Context context;
    private final Faults faults;
    private final DeviceConnection device;
    private final MqttFaults.Peer peer;
    private final MqttFaults gateway;
    private final Instant since;
    private DeviceConnection.Packets service;

    FaultyConnection(Vertx vertx, Faults faults, DeviceConnection device, MqttFaults.Peer peer, MqttFaults gateway) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.faults = faults;
        this.device = device;
        this.peer = peer;
        this.gateway = gateway;
        this.since = faults.clock().instant();
        device.handler(this);
    }

    @Override
    public Connect connect() {
        return device.connect();
    }

    @Override
    public String serverName() {
        return device.serverName();
    }

    @Override
    public boolean isConnected() {
        return device.isConnected();
    }

    @Override
    public void handler(DeviceConnection.Packets packets) {
        service = packets;
    }

    @Override
    public void accept(boolean sessionPresent) {
        gateway.opened(this);
        device.accept(sessionPresent);
    }

    @Override
    public void reject(MqttConnectReturnCode code) {
        device.reject(code);
    }

    @Override
    public void publishAcknowledge(int packetId) {
        device.publishAcknowledge(packetId);
    }

    @Override
    public void subscribeAcknowledge(int packetId, List<MqttQoS> granted) {
        device.subscribeAcknowledge(packetId, granted);
    }

    @Override
    public void unsubscribeAcknowledge(int packetId) {
        device.unsubscribeAcknowledge(packetId);
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public void subscribed(int packetId, List<Subscription> asked) {
        service.subscribed(packetId, asked);
    }

    @Override
    public void unsubscribed(int packetId, List<String> filters) {
        service.unsubscribed(packetId, filters);
    }

    @Override
    public void acknowledged(int packetId) {
        service.acknowledged(packetId);
    }

    @Override
    public void pinged() {
        service.pinged();
    }

    @Override
    public void closed(boolean goodbye) {
        gateway.closed(this);
        if (service != null) {
            service.closed(goodbye);
        }
    }

    MqttFaults.Peer peer() {
        return peer;
    }

    /** Closes the connection as if the network had; from any thread. */
    void drop() {
        context.runOnContext(turn -> {
            if (device.isConnected()) {
                device.close();
            }
        });
    }

    @Override
    public void published(Message message) {
        DeviceTopic topic = DeviceTopic.of(message.topic());
        if (peer.service() == CloudService.DPS_MQTT
                && new SkewedClock(faults)
                        .refuses(
                                peer.service().text(),
                                peer.device(),
                                topic.operation(),
                                device.connect().password())) {
            unauthorized(topic);
            return;
        }
        Optional<Fault> struck = topic.operation().equals("poll") && !slow()
                ? Optional.empty()
                : faults.strikes(
                        FaultKind.Point.DEVICE_MESSAGE,
                        peer.service().text(),
                        peer.host(),
                        peer.device(),
                        topic.operation());
        if (struck.isEmpty()) {
            service.published(message);
            return;
        }
        Fault fault = struck.get();
        switch (fault.kind()) {
            case LATE_METHOD_ANSWER ->
                vertx.setTimer(Math.max(1, fault.delay().toMillis()), due -> service.published(message));
            case TWIN_THROTTLED -> answer("$iothub/twin/res/429/?$rid=" + topic.requestId(), Buffer.buffer());
            case DPS_THROTTLED ->
                answer(
                        "$dps/registrations/res/429/?$rid=" + topic.requestId() + "&retry-after="
                                + faults.retryAfter(fault.delay()),
                        ProvisioningAnswers.throttled(now()).toBuffer());
            case DPS_UNAUTHORIZED -> unauthorized(topic);
            case DPS_CUSTOM_ALLOCATION_FAILED ->
                answer(
                        "$dps/registrations/res/200/?$rid=" + topic.requestId(),
                        ProvisioningAnswers.customAllocationFailed(peer.device(), now())
                                .toBuffer());
            case DPS_ASSIGNING_FOREVER, DPS_SLOW_ASSIGNMENT ->
                answer(
                        "$dps/registrations/res/202/?$rid=" + topic.requestId() + "&retry-after="
                                + faults.retryAfter(ProvisioningAnswers.POLL_AGAIN),
                        ProvisioningAnswers.assigning(topic.operationId()).toBuffer());
            default -> {
                // Lost: the service never sees it.
            }
        }
    }

    /** Whether any fault could hold back a poll; a slow assignment is over once its time has passed. */
    private boolean slow() {
        return faults.open(FaultKind.DPS_ASSIGNING_FOREVER, peer.service().text(), peer.device(), "poll")
                .or(() -> faults.open(
                                FaultKind.DPS_SLOW_ASSIGNMENT, peer.service().text(), peer.device(), "poll")
                        .filter(fault -> now().isBefore(since.plus(fault.delay()))))
                .isPresent();
    }

    @Override
    public Future<Void> publish(String topic, Buffer body, MqttQoS qos, int packetId) {
        Optional<Fault> struck = faults.strikes(
                FaultKind.Point.DEVICE_PUSH,
                peer.service().text(),
                peer.host(),
                peer.device(),
                DeviceTopic.of(topic).operation());
        String sent = topic;
        if (struck.isPresent()) {
            switch (struck.get().kind()) {
                case LOST_CLOUD_TO_DEVICE -> {
                    return Future.succeededFuture();
                }
                case DUPLICATE_METHOD -> device.publish(topic, body, qos, packetId);
                case DPS_RETRY_AFTER_MISSING -> sent = topic.replaceFirst("&retry-after=[^&]*", "");
                case DPS_RETRY_AFTER_WRONG -> sent = topic.replaceFirst("&retry-after=[^&]*", "&retry-after=soon");
                default -> {
                    // No other kind strikes here.
                }
            }
        }
        return device.publish(sent, body, qos, packetId);
    }

    private void unauthorized(DeviceTopic topic) {
        answer(
                "$dps/registrations/res/401/?$rid=" + topic.requestId(),
                ProvisioningAnswers.unauthorized(now()).toBuffer());
    }

    private void answer(String topic, Buffer body) {
        // As real answers, later than a client needs to have handled its SUBACK.
        vertx.setTimer(5, due -> {
            if (device.isConnected()) {
                device.publish(topic, body, MqttQoS.AT_MOST_ONCE, 0);
            }
        });
    }

    private Instant now() {
        return faults.clock().instant();
    }
}
