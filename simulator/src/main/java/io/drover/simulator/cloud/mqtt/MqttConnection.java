package io.drover.simulator.cloud.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The server's side of MQTT 3.1.1 for one client, over whatever carries its packets; what is not said of the protocol here follows the
 * OASIS standard. A packet before CONNECT, a second CONNECT and an unreadable packet end the connection; what comes after a refusal, or
 * while no answer was given, is dropped unread. One that is silent for one and a half times its keep-alive is closed. On one event loop.
 */
final class MqttConnection implements DeviceConnection {
    private static final int MQTT_5 = 5;

    /** Carries packets; closing it leads to {@link MqttConnection#closed()}. */
    interface Wire {
        /** Takes the message over; the future completes when it is written. */
        Future<Void> write(MqttMessage message);

        /** Closes once everything before it is written. */
        void close();

        /** See {@link DeviceConnection#serverName()}. */
        String serverName();
    }

    private enum State {
        NEW,
        ASKED,
        ACCEPTED,
        REFUSED,
        CLOSED
    }

    private final Vertx vertx;
    private final Wire wire;
    private final Handler<DeviceConnection> connecting;
    private final Handler<Throwable> failures;
    private volatile State state = State.NEW;
    private Connect connect;
    private Packets packets;
    private boolean goodbye;
    private long heardNanos;
    private long keepAliveTimer = -1;

    /**
     * @param connecting gets this once CONNECT has come
     * @param failures is told why a connection ended before that
     */
    MqttConnection(Vertx vertx, Wire wire, Handler<DeviceConnection> connecting, Handler<Throwable> failures) {
        this.vertx = vertx;
        this.wire = wire;
        this.connecting = connecting;
        this.failures = failures;
    }

    @Override
    public Connect connect() {
        return connect;
    }

    @Override
    public String serverName() {
        return wire.serverName();
    }

    @Override
    public boolean isConnected() {
        return state == State.ACCEPTED;
    }

    @Override
    public void handler(Packets listener) {
        packets = listener;
    }

    @Override
    public void accept(boolean sessionPresent) {
        if (state == State.ASKED) {
            state = State.ACCEPTED;
            write(MqttMessageBuilders.connAck()
                    .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                    .sessionPresent(sessionPresent)
                    .build());
        }
    }

    @Override
    public void reject(MqttConnectReturnCode code) {
        if (state == State.ASKED || state == State.NEW) {
            write(MqttMessageBuilders.connAck()
                    .returnCode(code)
                    .sessionPresent(false)
                    .build());
            state = State.REFUSED;
            wire.close();
        }
    }

    @Override
    public Future<Void> publish(String topic, Buffer body, MqttQoS qos, int packetId) {
        return write(MqttMessageBuilders.publish()
                .topicName(topic)
                .qos(qos)
                .messageId(packetId)
                .payload(((io.vertx.core.internal.buffer.BufferInternal) body).getByteBuf())
                .build());
    }

    @Override
    public void publishAcknowledge(int packetId) {
        write(MqttMessageBuilders.pubAck().packetId(packetId).build());
    }

    @Override
    public void subscribeAcknowledge(int packetId, List<MqttQoS> granted) {
        write(MqttMessageBuilders.subAck()
                .packetId(packetId)
                .addGrantedQoses(granted.toArray(MqttQoS[]::new))
                .build());
    }

    @Override
    public void unsubscribeAcknowledge(int packetId) {
        write(MqttMessageBuilders.unsubAck().packetId(packetId).build());
    }

    @Override
    public void close() {
        wire.close();
    }

    /** The wire is gone. */
    void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        vertx.cancelTimer(keepAliveTimer);
        if (packets != null) {
            packets.closed(goodbye);
        }
    }

    /** Whether CONNECT has come. */
    boolean hasConnect() {
        return connect != null;
    }

    /** Takes over whatever the decoder made of the bytes. */
    void received(Object message) {
        try {
            if (!(message instanceof MqttMessage packet)
                    || !packet.decoderResult().isSuccess()) {
                unreadable(message);
            } else if (state == State.NEW) {
                first(packet);
            } else if (state == State.ACCEPTED) {
                heardNanos = System.nanoTime();
                dispatch(packet);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void unreadable(Object message) {
        Throwable cause = message instanceof MqttMessage packet
                ? packet.decoderResult().cause()
                : new ProtocolException("no MQTT packet");
        if (state == State.NEW) {
            failures.handle(cause);
        }
        if (cause instanceof MqttUnacceptableProtocolVersionException) {
            reject(MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
        } else if (cause instanceof MqttIdentifierRejectedException) {
            reject(MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
        } else {
            wire.close();
        }
    }

    private void first(MqttMessage packet) {
        if (!(packet instanceof MqttConnectMessage asked)) {
            failures.handle(new ProtocolException("a packet came before CONNECT"));
            wire.close();
            return;
        }
        MqttConnectVariableHeader header = asked.variableHeader();
        MqttConnectPayload payload = asked.payload();
        boolean anonymous = payload.clientIdentifier().isEmpty();
        if (header.version() == MQTT_5) {
            reject(MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
            return;
        }
        if (anonymous && !header.isCleanSession()) {
            reject(MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
            return;
        }
        connect = new Connect(
                anonymous ? UUID.randomUUID().toString() : payload.clientIdentifier(),
                header.hasUserName() ? payload.userName() : null,
                header.hasPassword() ? new String(payload.passwordInBytes(), StandardCharsets.UTF_8) : null,
                header.isCleanSession(),
                header.version(),
                header.keepAliveTimeSeconds(),
                header.isWillFlag()
                        ? new Will(payload.willTopic(), Buffer.buffer(payload.willMessageInBytes()))
                        : null);
        state = State.ASKED;
        heardNanos = System.nanoTime();
        watch();
        connecting.handle(this);
    }

    private void watch() {
        long limit = TimeUnit.SECONDS.toNanos(connect.keepAliveSeconds()) * 3 / 2;
        if (limit == 0) {
            return;
        }
        long left = limit - (System.nanoTime() - heardNanos);
        if (left <= 0) {
            wire.close();
        } else {
            keepAliveTimer = vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)), due -> watch());
        }
    }

    private void dispatch(MqttMessage packet) {
        switch (packet.fixedHeader().messageType()) {
            case PUBLISH -> published((MqttPublishMessage) packet);
            case SUBSCRIBE -> {
                MqttSubscribeMessage asked = (MqttSubscribeMessage) packet;
                packets.subscribed(
                        asked.variableHeader().messageId(),
                        asked.payload().topicSubscriptions().stream()
                                .map(each -> new Subscription(each.topicFilter(), each.qualityOfService()))
                                .toList());
            }
            case UNSUBSCRIBE -> {
                MqttUnsubscribeMessage asked = (MqttUnsubscribeMessage) packet;
                packets.unsubscribed(
                        asked.variableHeader().messageId(), asked.payload().topics());
            }
            case PUBACK -> packets.acknowledged(((MqttMessageIdVariableHeader) packet.variableHeader()).messageId());
            case PINGREQ -> {
                write(MqttMessage.PINGRESP);
                packets.pinged();
            }
            case DISCONNECT -> {
                goodbye = true;
                wire.close();
            }
            default -> wire.close();
        }
    }

    private void published(MqttPublishMessage packet) {
        packets.published(new Message(
                packet.variableHeader().topicName(),
                Buffer.buffer(ByteBufUtil.getBytes(packet.payload())),
                packet.fixedHeader().qosLevel(),
                packet.fixedHeader().isRetain(),
                packet.variableHeader().packetId()));
    }

    private Future<Void> write(MqttMessage message) {
        if (state == State.CLOSED || state == State.REFUSED) {
            ReferenceCountUtil.release(message);
            return Future.failedFuture(new ProtocolException("the connection is gone"));
        }
        return wire.write(message);
    }
}
