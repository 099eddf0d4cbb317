package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.tls.ClientCertificates;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MQTT over WebSocket on the HTTPS listener (path {@code /$iothub/websocket}, subprotocol {@code mqtt}), for hubs and for the device
 * provisioning endpoint alike; AMQP (subprotocol {@code AMQPWSB10}, there or at {@code /$servicebus/websocket}) goes to another
 * port. vertx-mqtt cannot share a listener with an HTTP server, so each WebSocket is joined to the gateway by a TCP connection inside
 * this process; {@link #claim} tells such a connection from a stranger's.
 */
final class WebSocketTunnel {
    /** The documented path, and the one that Microsoft's Java provisioning client uses. */
    static final Set<String> PATHS = Set.of("/$iothub/websocket", "/mqtt");

    static final String SUBPROTOCOL = "mqtt";

    private static final String AMQP_PATH = "/$servicebus/websocket";
    private static final String AMQP_SUBPROTOCOL = "AMQPWSB10";
    private static final int CONNECT_MILLIS = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketTunnel.class);

    private final NetClient client;
    private final String host;
    private final Map<Integer, List<X509Certificate>> tunnels = new ConcurrentHashMap<>();
    private volatile int port;
    private volatile int amqpPort;

    WebSocketTunnel(Vertx vertx, String host) {
        this.host = host;
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    }

    /** Tells the server about the subprotocol and the longest message in one frame; before the server is made. */
    static void prepare(HttpServerOptions options, int longestMessage) {
        options.addWebSocketSubProtocol(SUBPROTOCOL)
                .addWebSocketSubProtocol(AMQP_SUBPROTOCOL)
                .setMaxWebSocketFrameSize(longestMessage)
                .setMaxWebSocketMessageSize(longestMessage);
    }

    /** Takes the WebSockets of this server to the gateway's port; the server must not listen yet. */
    void serve(HttpServer server, int gatewayPort) {
        port = gatewayPort;
        server.webSocketHandshakeHandler(this::open);
    }

    /** Takes AMQP's WebSockets to this port from now on. */
    void amqp(int listenerPort) {
        amqpPort = listenerPort;
    }

    /** The port a WebSocket of this path and subprotocols belongs to, 0 for none. */
    private int portOf(String path, String subprotocols) {
        boolean amqp = subprotocols != null && subprotocols.contains(AMQP_SUBPROTOCOL);
        if (amqp) {
            return PATHS.contains(path) || path.equals(AMQP_PATH) ? amqpPort : 0;
        }
        return PATHS.contains(path) ? port : 0;
    }

    /** The certificates of the WebSocket client behind this connection to the gateway; empty when it is not one of ours. */
    Optional<List<X509Certificate>> claim(int remotePort) {
        return Optional.ofNullable(tunnels.get(remotePort));
    }

    Future<Void> close() {
        return client.close();
    }

    private void open(ServerWebSocketHandshake handshake) {
        int target = portOf(handshake.path(), handshake.headers().get("Sec-WebSocket-Protocol"));
        if (target == 0) {
            handshake.reject(404).onFailure(WebSocketTunnel::lost);
            return;
        }
        // The way to the gateway first: a WebSocket that is accepted has somewhere to go at once.
        client.connect(target, host)
                .onFailure(unreachable -> {
                    LOG.warn("The listener behind takes no WebSocket: {}", unreachable.toString());
                    handshake.reject(503).onFailure(WebSocketTunnel::lost);
                })
                .onSuccess(socket -> handshake
                        .accept()
                        .onSuccess(webSocket -> pipe(webSocket, socket))
                        .onFailure(failure -> {
                            lost(failure);
                            socket.close();
                        }));
    }

    private static void lost(Throwable failure) {
        LOG.debug("WebSocket not opened: {}", failure.toString());
    }

    private void pipe(ServerWebSocket webSocket, NetSocket socket) {
        int own = socket.localAddress().port();
        // Before the first byte goes to the gateway, which asks when the CONNECT has come.
        tunnels.put(own, ClientCertificates.of(webSocket.sslSession()));
        Future<Void> up = webSocket.pipeTo(socket).onComplete(ended -> socket.close());
        Future<Void> down = socket.pipeTo(webSocket).onComplete(ended -> webSocket.close());
        Future.join(up, down).onComplete(ended -> tunnels.remove(own));
    }
}
