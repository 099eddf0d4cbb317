package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.device.DeviceFailure;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** One MQTT 3.1.1 session of a device. All methods and callbacks belong to the socket's event loop. */
public final class MqttSession {
    private static final long ANSWER_DEADLINE_SECONDS = 20;
    private static final int CONNACK = 0;

    /** What the CONNECT packet carries; the password is null for a device that has shown a certificate. */
    public record SignIn(String clientId, String userName, String password, int keepAliveSeconds) {
        @Override
        public String toString() {
            return "SignIn[clientId=" + clientId + ", userName=" + userName + "]";
        }
    }

    private final Vertx vertx;
    private final NetSocketInternal socket;
    private final Map<Integer, Promise<Void>> awaited = new HashMap<>(4);
    private BiConsumer<String, byte[]> onPublish = (topic, payload) -> {};
    private Runnable onClose = () -> {};
    private int lastPacketId;
    private boolean closed;

    MqttSession(Vertx vertx, NetSocketInternal socket) {
        this.vertx = vertx;
        this.socket = socket;
        socket.messageHandler(this::received);
        socket.exceptionHandler(failure -> socket.close());
        socket.closeHandler(nothing -> closed());
    }

    Future<MqttSession> signIn(SignIn signIn) {
        MqttMessage connect = MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_3_1_1)
                .clientId(signIn.clientId())
                .hasUser(true)
                .username(signIn.userName())
                .hasPassword(signIn.password() != null)
                .password(
                        signIn.password() == null
                                ? null
                                : signIn.password().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .cleanSession(true)
                .keepAlive(signIn.keepAliveSeconds())
                .build();
        return answered(CONNACK, connect).map(this).onFailure(failure -> disconnect());
    }

    /** Messages to this device: topic and payload. */
    public void onPublish(BiConsumer<String, byte[]> handler) {
        onPublish = handler;
    }

    /** Called once when the connection is gone, whoever ended it; at once when it is gone already. */
    public void onClose(Runnable handler) {
        onClose = handler;
        if (closed) {
            handler.run();
        }
    }

    /** Subscribes at QoS 0; fails when the service refuses a filter. */
    public Future<Void> subscribe(List<String> filters) {
        int id = nextPacketId();
        MqttMessageBuilders.SubscribeBuilder subscribe =
                MqttMessageBuilders.subscribe().messageId(id);
        filters.forEach(filter -> subscribe.addSubscription(MqttQoS.AT_MOST_ONCE, filter));
        return answered(id, subscribe.build());
    }

    /** Publishes at QoS 1; completes when the service has acknowledged it. */
    public Future<Void> publish(String topic, byte[] payload) {
        int id = nextPacketId();
        return answered(id, message(topic, payload, MqttQoS.AT_LEAST_ONCE, id));
    }

    /** Publishes at QoS 0; completes when it is written. */
    public Future<Void> send(String topic, byte[] payload) {
        return write(message(topic, payload, MqttQoS.AT_MOST_ONCE, 0));
    }

    /** Tells the service that the device is still there. */
    public void ping() {
        write(MqttMessage.PINGREQ).onFailure(failure -> socket.close());
    }

    /** Says goodbye and closes, both in one write; completes when the socket is closed, never fails. */
    public Future<Void> disconnect() {
        if (!closed) {
            socket.channelHandlerContext().write(MqttMessage.DISCONNECT);
        }
        return socket.close().otherwiseEmpty();
    }

    private static MqttMessage message(String topic, byte[] payload, MqttQoS qos, int id) {
        return MqttMessageBuilders.publish()
                .topicName(topic)
                .qos(qos)
                .messageId(id)
                .payload(Unpooled.wrappedBuffer(payload))
                .build();
    }

    private Future<Void> answered(int id, MqttMessage message) {
        Promise<Void> promise = Promise.promise();
        if (awaited.putIfAbsent(id, promise) != null) {
            return Future.failedFuture(new DeviceFailure("too-many-in-flight"));
        }
        long deadline = vertx.setTimer(TimeUnit.SECONDS.toMillis(ANSWER_DEADLINE_SECONDS), timer -> {
            if (awaited.remove(id, promise)) {
                promise.fail(new DeviceFailure("mqtt-no-answer"));
            }
        });
        write(message).onFailure(failure -> {
            if (awaited.remove(id, promise)) {
                promise.fail(failure);
            }
        });
        return promise.future().onComplete(done -> vertx.cancelTimer(deadline));
    }

    private Future<Void> write(MqttMessage message) {
        if (closed) {
            ReferenceCountUtil.release(message);
            return Future.failedFuture(new DeviceFailure("closed"));
        }
        return socket.writeMessage(message);
    }

    private int nextPacketId() {
        lastPacketId = lastPacketId % 0xFFFF + 1;
        return lastPacketId;
    }

    private void received(Object packet) {
        try {
            if (packet instanceof MqttMessage message) {
                if (message.decoderResult().isFailure()) {
                    socket.close();
                } else {
                    dispatch(message);
                }
            }
        } finally {
            ReferenceCountUtil.release(packet);
        }
    }

    private void dispatch(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case CONNACK -> {
                MqttConnectReturnCode code =
                        ((MqttConnAckMessage) message).variableHeader().connectReturnCode();
                settle(
                        CONNACK,
                        code == MqttConnectReturnCode.CONNECTION_ACCEPTED
                                ? null
                                : new DeviceFailure("connack", code.byteValue() & 0xFF));
            }
            case SUBACK -> {
                MqttSubAckMessage ack = (MqttSubAckMessage) message;
                boolean refused = ack.payload().grantedQoSLevels().stream().anyMatch(granted -> granted > 2);
                settle(ack.variableHeader().messageId(), refused ? new DeviceFailure("suback-refused") : null);
            }
            case PUBACK -> settle(((MqttMessageIdVariableHeader) message.variableHeader()).messageId(), null);
            case PUBLISH -> {
                MqttPublishMessage publish = (MqttPublishMessage) message;
                if (publish.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
                    write(MqttMessageBuilders.pubAck()
                                    .packetId(publish.variableHeader().packetId())
                                    .build())
                            .onFailure(failure -> socket.close());
                }
                onPublish.accept(publish.variableHeader().topicName(), ByteBufUtil.getBytes(publish.payload()));
            }
            default -> {
                // PINGRESP needs no action; a server sends nothing else of interest to a 3.1.1 client.
            }
        }
    }

    private void settle(int id, DeviceFailure failure) {
        Promise<Void> promise = awaited.remove(id);
        if (promise == null) {
            return;
        }
        if (failure == null) {
            promise.complete();
        } else {
            promise.fail(failure);
        }
    }

    private void closed() {
        closed = true;
        List<Promise<Void>> left = List.copyOf(awaited.values());
        awaited.clear();
        left.forEach(promise -> promise.fail(new DeviceFailure("closed")));
        onClose.run();
    }
}
