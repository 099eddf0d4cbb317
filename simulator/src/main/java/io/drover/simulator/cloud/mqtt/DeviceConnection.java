package io.drover.simulator.cloud.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * One MQTT connection as its service sees it, wherever its TLS ends. All of it belongs to one event loop, but for {@link #isConnected()}.
 * Keep-alive and PINGREQ are dealt with below it.
 */
public interface DeviceConnection {
    /** What the CONNECT packet said. */
    Connect connect();

    /** The host name of the TLS handshake in lower case, null when the client named none. */
    String serverName();

    /** Whether the connection was accepted and still stands. */
    boolean isConnected();

    /** Who is told what comes; before accepting, and later only to be replaced. */
    void handler(Packets packets);

    /** Answers CONNECT with CONNACK. */
    void accept(boolean sessionPresent);

    /** Answers CONNECT with a refusal, and closes. */
    void reject(MqttConnectReturnCode code);

    /** Sends a message; the id is for QoS 1 only. Completes when it is written; fails when the connection is gone. */
    Future<Void> publish(String topic, Buffer body, MqttQoS qos, int packetId);

    /** PUBACK. */
    void publishAcknowledge(int packetId);

    /** SUBACK; {@link MqttQoS#FAILURE} refuses a filter. */
    void subscribeAcknowledge(int packetId, List<MqttQoS> granted);

    /** UNSUBACK. */
    void unsubscribeAcknowledge(int packetId);

    /** Closes without a word, as MQTT 3.1.1 servers do. */
    void close();

    /**
     * A CONNECT packet. Never printed: it carries a password.
     *
     * @param userName null when there is none, as the password
     * @param will null when there is none
     */
    record Connect(
            String clientId,
            String userName,
            String password,
            boolean cleanSession,
            int protocolVersion,
            int keepAliveSeconds,
            Will will) {
        @Override
        public String toString() {
            return "Connect[clientId=" + clientId + ", userName=" + userName + "]";
        }
    }

    /** What is to be published when the connection breaks off. */
    record Will(String topic, Buffer body) {}

    /** A topic filter and the QoS asked for. */
    record Subscription(String filter, MqttQoS qos) {}

    /** A message from the client; the id is 0 at QoS 0. */
    record Message(String topic, Buffer body, MqttQoS qos, boolean retain, int packetId) {}

    /** What comes from a client once its connection was accepted, on its event loop. */
    interface Packets {
        /** To be answered with SUBACK. */
        void subscribed(int packetId, List<Subscription> asked);

        /** To be answered with UNSUBACK. */
        void unsubscribed(int packetId, List<String> filters);

        /** To be acknowledged at QoS 1. */
        void published(Message message);

        /** PUBACK for a message sent at QoS 1. */
        default void acknowledged(int packetId) {}

        /** A PINGREQ, which has been answered. */
        default void pinged() {}

        /**
         * The connection has ended; also one that was not accepted yet.
         *
         * @param goodbye whether the client sent DISCONNECT
         */
        void closed(boolean goodbye);
    }
}
