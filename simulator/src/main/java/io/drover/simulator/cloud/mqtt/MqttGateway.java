package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.metrics.ConnectionMeter;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServerOptions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
    private static final int MAX_CLIENT_ID = 256;
    /** 256 KiB of payload, as documented, and room for topic and header. */
    private static final int MAX_MESSAGE = 256 * 1024 + 16 * 1024;

    private static final int CONNECT_SECONDS = 30;

    private final Vertx vertx;
    private final MqttServerOptions options;
    private final List<MqttService> services;
    private final ConnectionMeter connections;
    private Function<MqttEndpoint, Optional<MqttEndpoint>> admission = Optional::of;
    private final WebSocketTunnel webSockets;
    private final List<String> deployments = Collections.synchronizedList(new ArrayList<>());

    /** A gateway whose connections nobody counts. */
    public MqttGateway(Vertx vertx, MqttServerOptions options, List<MqttService> services) {
        this(vertx, options, services, ConnectionMeter.unobserved());
    }

    /** @param options certificate and TLS engine; client certificates, host and message limits are set here */
    public MqttGateway(
            Vertx vertx, MqttServerOptions options, List<MqttService> services, ConnectionMeter connections) {
        this.vertx = vertx;
        this.options = new MqttServerOptions(options)
                .setHost(HOST)
                .setMaxClientIdLength(MAX_CLIENT_ID)
                .setMaxMessageSize(MAX_MESSAGE)
                .setTimeoutOnConnect(CONNECT_SECONDS);
        ClientCertificates.request(this.options);
        this.webSockets = new WebSocketTunnel(vertx, HOST);
        this.services = List.copyOf(services);
        this.connections = connections;
    }

    /** Asked for each connection what its service shall see; empty when the asked has refused it. Before listening. */
    public MqttGateway admit(Function<MqttEndpoint, Optional<MqttEndpoint>> asked) {
        admission = asked;
        return this;
    }

    /** Listens and answers the port taken; 0 asks for a free one. Fails when the port is in use. */
    public Future<Integer> listen(int port) {
        return listen(port == 0 ? ANY_PORT.decrementAndGet() : port, options, this::accepted);
    }

    /** Readies the options of an HTTPS server whose WebSockets are to come here. */
    public static void prepare(HttpServerOptions https) {
        WebSocketTunnel.prepare(https, MAX_MESSAGE);
    }

    /** Takes the MQTT WebSockets of an HTTPS server that does not listen yet; others are answered 404. */
    public Future<Void> serveWebSockets(HttpServer https) {
        MqttServerOptions plain = new MqttServerOptions(options).setSsl(false);
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

    private Future<Integer> listen(int port, MqttServerOptions listener, Handler<MqttEndpoint> handler) {
        int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
        MqttServerOptions bound = new MqttServerOptions(listener).setPort(port);
        AtomicInteger taken = new AtomicInteger();
        return vertx.deployVerticle(
                        () -> new Listener(bound, handler, taken), new DeploymentOptions().setInstances(loops))
                .map(id -> {
                    deployments.add(id);
                    return taken.get();
                });
    }

    private void accepted(MqttEndpoint endpoint) {
        connections.accepted(ConnectionMeter.Listener.MQTT);
        dispatch(endpoint, ClientCertificates.of(endpoint.sslSession()));
    }

    private void tunnelled(MqttEndpoint endpoint) {
        Optional<List<X509Certificate>> certificates =
                webSockets.claim(endpoint.remoteAddress().port());
        if (certificates.isPresent()) {
            dispatch(endpoint, certificates.get());
        } else {
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
        }
    }

    private void dispatch(MqttEndpoint endpoint, List<X509Certificate> certificates) {
        admission.apply(endpoint).ifPresent(admitted -> attach(admitted, certificates));
    }

    private void attach(MqttEndpoint endpoint, List<X509Certificate> certificates) {
        for (MqttService service : services) {
            if (service.accepts(endpoint)) {
                service.attach(endpoint, certificates);
                return;
            }
        }
        endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
    }

    private final class Listener extends VerticleBase {
        private final MqttServerOptions bound;
        private final Handler<MqttEndpoint> handler;
        private final AtomicInteger taken;

        Listener(MqttServerOptions bound, Handler<MqttEndpoint> handler, AtomicInteger taken) {
            this.bound = bound;
            this.handler = handler;
            this.taken = taken;
        }

        @Override
        public Future<?> start() {
            MqttListener listener = new MqttListener(bound, handler, failure -> {
                connections.failed(ConnectionMeter.Listener.MQTT);
                LOG.debug("MQTT connection refused: {}", failure.toString());
            });
            return listener.listen(vertx).onSuccess(server -> taken.set(server.actualPort()));
        }
    }
}
