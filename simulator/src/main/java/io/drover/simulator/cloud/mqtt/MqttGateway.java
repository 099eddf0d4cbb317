package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.metrics.ConnectionMeter;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT listener that hubs and provisioning services share on 127.0.0.1, and MQTT over WebSocket on an HTTPS server. Several event
 * loops accept on the one port; each connection goes to the first service that accepts its user name and keeps to its loop. Devices
 * may show a certificate; the services get its chain.
 */
public final class MqttGateway {
    private static final Logger LOG = LoggerFactory.getLogger(MqttGateway.class);
    private static final String HOST = "127.0.0.1";
    /** Negative ports are Vert.x's free ports; listeners with the same number share one, so each listener takes its own number. */
    private static final AtomicInteger ANY_PORT = new AtomicInteger();

    private static final int MAX_LOOPS = 4;

    private final Vertx vertx;
    private final NetServerOptions options;
    private final List<MqttService> services;
    private final ConnectionMeter connections;
    private Function<DeviceConnection, Optional<DeviceConnection>> admission = Optional::of;
    private final WebSocketTunnel webSockets;
    private final List<String> deployments = Collections.synchronizedList(new ArrayList<>());

    /** A gateway whose connections nobody counts. */
    public MqttGateway(Vertx vertx, NetServerOptions options, List<MqttService> services) {
        this(vertx, options, services, ConnectionMeter.unobserved());
    }

    /** @param options certificate and TLS engine; client certificates, host and message limits are set here */
    public MqttGateway(Vertx vertx, NetServerOptions options, List<MqttService> services, ConnectionMeter connections) {
        this.vertx = vertx;
        this.options = new NetServerOptions(options).setHost(HOST);
        ClientCertificates.request(this.options);
        this.webSockets = new WebSocketTunnel(vertx, HOST);
        this.services = List.copyOf(services);
        this.connections = connections;
    }

    /** Asked for each connection what its service shall see; empty when the asked has refused it. Before listening. */
    public MqttGateway admit(Function<DeviceConnection, Optional<DeviceConnection>> asked) {
        admission = asked;
        return this;
    }

    /** Listens on this address instead of 127.0.0.1; what is tunnelled stays there. Before listening. */
    public MqttGateway on(String address) {
        options.setHost(address);
        return this;
    }

    /** Listens and answers the port taken; 0 asks for a free one. Fails when the port is in use. */
    public Future<Integer> listen(int port) {
        return listen(port == 0 ? ANY_PORT.decrementAndGet() : port, options, this::accepted);
    }

    /**
     * Lets gateways in other processes link up here, which bring connections as the listener does; answers the port for their links.
     *
     * @param secret what they must know
     */
    public Future<Integer> listenForGateways(byte[] secret) {
        GatewayLinks links = new GatewayLinks(
                vertx, secret, this::accepted, () -> connections.failed(ConnectionMeter.Listener.MQTT));
        int port = ANY_PORT.decrementAndGet();
        return deploy(() -> links.listen(port));
    }

    /** Readies the options of an HTTPS server whose WebSockets are to come here. */
    public static void prepare(HttpServerOptions https) {
        WebSocketTunnel.prepare(https, MqttListener.MAX_MESSAGE);
    }

    /** Takes the MQTT WebSockets of an HTTPS server that does not listen yet; others are answered 404. */
    public Future<Void> serveWebSockets(HttpServer https) {
        NetServerOptions plain = new NetServerOptions(options).setSsl(false).setHost(HOST);
        return listen(ANY_PORT.decrementAndGet(), plain, this::tunnelled)
                .onSuccess(port -> webSockets.serve(https, port))
                .mapEmpty();
    }

    /** Joins AMQP's WebSockets of the HTTPS server to a plain AMQP listener on loopback. */
    public void serveAmqpWebSockets(int listenerPort) {
        webSockets.amqp(listenerPort);
    }

    /** Stops listening and closes every connection. */
    public Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>(
                List.copyOf(deployments).stream().map(vertx::undeploy).toList());
        deployments.clear();
        closing.add(webSockets.close());
        return Future.join(closing).mapEmpty();
    }

    private Future<Integer> listen(
            int port, NetServerOptions listener, BiConsumer<DeviceConnection, MqttListener.Peer> handler) {
        NetServerOptions bound = new NetServerOptions(listener).setPort(port);
        return deploy(() -> new MqttListener(vertx, bound, handler, failure -> {
                    connections.failed(ConnectionMeter.Listener.MQTT);
                    LOG.debug("MQTT connection refused: {}", failure.toString());
                })
                .listen());
    }

    /** One server on each of some event loops, all on the port of the first. */
    private Future<Integer> deploy(Supplier<Future<NetServer>> listen) {
        int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
        AtomicInteger taken = new AtomicInteger();
        return vertx.deployVerticle(() -> new Listener(listen, taken), new DeploymentOptions().setInstances(loops))
                .map(id -> {
                    deployments.add(id);
                    return taken.get();
                });
    }

    private void accepted(DeviceConnection connection, MqttListener.Peer peer) {
        connections.accepted(ConnectionMeter.Listener.MQTT);
        dispatch(connection, peer.certificates());
    }

    private void tunnelled(DeviceConnection connection, MqttListener.Peer peer) {
        Optional<List<X509Certificate>> certificates =
                webSockets.claim(peer.address().port());
        if (certificates.isPresent()) {
            dispatch(connection, certificates.get());
        } else {
            connection.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
        }
    }

    private void dispatch(DeviceConnection connection, List<X509Certificate> certificates) {
        admission.apply(connection).ifPresent(admitted -> attach(admitted, certificates));
    }

    private void attach(DeviceConnection connection, List<X509Certificate> certificates) {
        for (MqttService service : services) {
            if (service.accepts(connection)) {
                service.attach(connection, certificates);
                return;
            }
        }
        connection.reject(MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
    }

    private static final class Listener extends VerticleBase {
        private final Supplier<Future<NetServer>> listen;
        private final AtomicInteger taken;

        Listener(Supplier<Future<NetServer>> listen, AtomicInteger taken) {
            this.listen = listen;
            this.taken = taken;
        }

        @Override
        public Future<?> start() {
            return listen.get().onSuccess(server -> taken.set(server.actualPort()));
        }
    }
}
