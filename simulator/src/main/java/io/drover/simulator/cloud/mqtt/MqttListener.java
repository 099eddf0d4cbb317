package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.tls.ClientCertificates;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;

/** Listens for MQTT on sockets of this process and hands on each connection whose CONNECT has come. */
final class MqttListener {
    /** 256 KiB of payload, as documented, and room for topic and header. */
    static final int MAX_MESSAGE = 256 * 1024 + 16 * 1024;

    static final int MAX_CLIENT_ID = 256;
    static final int CONNECT_SECONDS = 30;

    private final Vertx vertx;
    private final NetServerOptions options;
    private final BiConsumer<DeviceConnection, Peer> connections;
    private final Handler<Throwable> failures;

    /** Who is at the other end of the socket; the chain is what TLS proved. */
    record Peer(SocketAddress address, List<X509Certificate> certificates) {}

    MqttListener(
            Vertx vertx,
            NetServerOptions options,
            BiConsumer<DeviceConnection, Peer> connections,
            Handler<Throwable> failures) {
        this.vertx = vertx;
        this.options = options;
        this.connections = connections;
        this.failures = failures;
    }

    /** Listens at the address of the options. */
    Future<NetServer> listen() {
        return vertx.createNetServer(options)
                .connectHandler(this::connected)
                .exceptionHandler(failures)
                .listen();
    }

    private void connected(NetSocket accepted) {
        NetSocketInternal socket = (NetSocketInternal) accepted;
        ChannelHandlerContext context = socket.channelHandlerContext();
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addBefore("handler", "mqttEncoder", MqttEncoder.INSTANCE);
        pipeline.addBefore("handler", "mqttDecoder", new MqttDecoder(MAX_MESSAGE, MAX_CLIENT_ID));
        MqttConnection connection = new MqttConnection(
                vertx, new SocketWire(socket), asked -> connections.accept(asked, peer(socket)), failures);
        long patience = vertx.setTimer(TimeUnit.SECONDS.toMillis(CONNECT_SECONDS), late -> {
            if (!connection.hasConnect()) {
                socket.close();
            }
        });
        socket.messageHandler(message -> {
            if (!connection.hasConnect()) {
                vertx.cancelTimer(patience);
            }
            connection.received(message);
        });
        socket.exceptionHandler(broken -> socket.close());
        socket.closeHandler(closed -> {
            vertx.cancelTimer(patience);
            connection.closed();
        });
    }

    private static Peer peer(NetSocketInternal socket) {
        return new Peer(socket.remoteAddress(), ClientCertificates.of(socket.sslSession()));
    }

    private record SocketWire(NetSocketInternal socket) implements MqttConnection.Wire {
        @Override
        public Future<Void> write(MqttMessage message) {
            return socket.writeMessage(message);
        }

        @Override
        public void close() {
            socket.close();
        }

        @Override
        public String serverName() {
            SSLSession session = socket.isSsl() ? socket.sslSession() : null;
            if (!(session instanceof ExtendedSSLSession extended)) {
                return null;
            }
            return extended.getRequestedServerNames().stream()
                    .filter(SNIHostName.class::isInstance)
                    .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                    .findFirst()
                    .orElse(null);
        }
    }
}
