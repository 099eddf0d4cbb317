package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.metrics.ConnectionMeter;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT listener that hubs and provisioning services share on 127.0.0.1. Several event loops accept on the one port;
 * each connection goes to the first service that accepts its user name and keeps to its loop.
 */
public final class MqttGateway {
    private static final Logger LOG = LoggerFactory.getLogger(MqttGateway.class);
    private static final int MAX_LOOPS = 4;
    private static final int MAX_CLIENT_ID = 256;
    /** 256 KiB of payload, as documented, and room for topic and header. */
    private static final int MAX_MESSAGE = 256 * 1024 + 16 * 1024;

    private static final int CONNECT_SECONDS = 30;

    private final Vertx vertx;
    private final MqttServerOptions options;
    private final List<MqttService> services;
    private final ConnectionMeter connections;
    private final List<String> deployments = Collections.synchronizedList(new ArrayList<>());

    /** A gateway whose connections nobody counts. */
    public MqttGateway(Vertx vertx, MqttServerOptions options, List<MqttService> services) {
        this(vertx, options, services, ConnectionMeter.unobserved());
    }

    /** @param options certificate and TLS engine; host and message limits are set here */
    public MqttGateway(
            Vertx vertx, MqttServerOptions options, List<MqttService> services, ConnectionMeter connections) {
        this.vertx = vertx;
        this.options = new MqttServerOptions(options)
                .setHost("127.0.0.1")
                .setMaxClientIdLength(MAX_CLIENT_ID)
                .setMaxMessageSize(MAX_MESSAGE)
                .setTimeoutOnConnect(CONNECT_SECONDS);
        this.services = List.copyOf(services);
        this.connections = connections;
    }

    /** Listens and answers the port taken; 0 asks for a free one. Fails when the port is in use. */
    public Future<Integer> listen(int port) {
        int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
        // A negative port is Vert.x's free port that all instances of one deployment share.
        int asked = port == 0 ? -1 : port;
        AtomicInteger taken = new AtomicInteger();
        return vertx.deployVerticle(() -> new Listener(asked, taken), new DeploymentOptions().setInstances(loops))
                .map(id -> {
                    deployments.add(id);
                    return taken.get();
                });
    }

    /** Stops listening and closes every connection. */
    public Future<Void> close() {
        List<Future<Void>> closing =
                List.copyOf(deployments).stream().map(vertx::undeploy).toList();
        deployments.clear();
        return Future.join(closing).mapEmpty();
    }

    private void dispatch(MqttEndpoint endpoint) {
        connections.accepted(ConnectionMeter.Listener.MQTT);
        for (MqttService service : services) {
            if (service.accepts(endpoint)) {
                service.attach(endpoint);
                return;
            }
        }
        endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
    }

    private final class Listener extends VerticleBase {
        private final int port;
        private final AtomicInteger taken;

        Listener(int port, AtomicInteger taken) {
            this.port = port;
            this.taken = taken;
        }

        @Override
        public Future<?> start() {
            return MqttServer.create(vertx, new MqttServerOptions(options).setPort(port))
                    .endpointHandler(MqttGateway.this::dispatch)
                    .exceptionHandler(failure -> {
                        connections.failed(ConnectionMeter.Listener.MQTT);
                        LOG.debug("MQTT connection refused: {}", failure.toString());
                    })
                    .listen()
                    .onSuccess(server -> taken.set(server.actualPort()));
        }
    }
}
