package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.messaging.MessagingEndpoint;
import io.drover.simulator.cloud.hub.messaging.ServiceConnection;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.metrics.ConnectionMeter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonHelper;
import io.vertx.proton.ProtonServer;
import io.vertx.proton.ProtonServerOptions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ConnectionError;

/**
 * The AMQP 1.0 listener. Behind it are the built-in Event Hubs endpoints of all hubs, as far as Microsoft's Event Hubs clients use
 * them to read, and the hubs' own endpoint for services ({@link MessagingEndpoint}); the host name of the client's open frame tells
 * which ({@code ihsuprod-{hub}.servicebus.{suffix}} for the former, whose entity path is the hub's name).
 */
public final class TelemetryEndpoint {
    private static final String LOOPBACK = "127.0.0.1";

    private final Vertx vertx;
    private final ProtonServer server;
    /** Without TLS, for WebSockets that the HTTPS listener has already decrypted. */
    private final ProtonServer tunnelled;

    private final Function<String, Optional<Hub>> hubOfNamespace;
    private final Clock clock;
    private final Instant created;
    private final CallMeter calls;
    private final ConnectionMeter handshakes;
    private final Optional<MessagingEndpoint> messaging;
    private final Readers readers = new Readers();
    private final Map<ProtonConnection, Context> connections = new ConcurrentHashMap<>();

    /**
     * The options carry certificate and key; {@code hubOfNamespace} gets a lower-case host name without port. Events are
     * pushed on the event loop of each connection.
     */
    public TelemetryEndpoint(
            Vertx vertx, ProtonServerOptions options, Function<String, Optional<Hub>> hubOfNamespace, Clock clock) {
        this(
                vertx,
                options,
                hubOfNamespace,
                Optional.empty(),
                clock,
                CallMeter.unobserved(),
                ConnectionMeter.unobserved());
    }

    /** As the other, with the hubs' own endpoint, and with calls and connections counted. */
    public TelemetryEndpoint(
            Vertx vertx,
            ProtonServerOptions options,
            Function<String, Optional<Hub>> hubOfNamespace,
            Optional<MessagingEndpoint> messaging,
            Clock clock,
            CallMeter calls,
            ConnectionMeter handshakes) {
        this.messaging = messaging;
        this.calls = calls;
        this.handshakes = handshakes;
        this.vertx = vertx;
        this.hubOfNamespace = hubOfNamespace;
        this.clock = clock;
        this.created = clock.instant();
        this.server = serverOf(options);
        this.tunnelled = serverOf(new ProtonServerOptions());
    }

    private ProtonServer serverOf(ProtonServerOptions options) {
        ProtonServer made = ProtonServer.create(vertx, options)
                .saslAuthenticatorFactory(Sasl::new)
                .connectHandler(this::connected);
        made.setAdvertiseAnonymousRelayCapability(false);
        return made;
    }

    /** Listens on loopback; gives the actual port. Fails when the port is in use. */
    public Future<Integer> listen(int port) {
        return listen(server, port);
    }

    /** Listens on a free port of loopback without TLS, for the tunnel of WebSockets; gives the port. */
    public Future<Integer> listenForTunnel() {
        return listen(tunnelled, 0);
    }

    private static Future<Integer> listen(ProtonServer server, int port) {
        Promise<Integer> listening = Promise.promise();
        server.listen(port, LOOPBACK, done -> {
            if (done.succeeded()) {
                listening.complete(done.result().actualPort());
            } else {
                listening.fail(done.cause());
            }
        });
        return listening.future();
    }

    /** Tells all clients {@code amqp:connection:forced}, ends their connections and stops listening. */
    public Future<Void> close() {
        List<Future<Void>> ended = connections.entrySet().stream()
                .map(entry -> end(entry.getKey(), entry.getValue()))
                .toList();
        return Future.join(ended)
                .transform(done -> Future.join(close(server), close(tunnelled)).mapEmpty());
    }

    private static Future<Void> close(ProtonServer server) {
        Promise<Void> closed = Promise.promise();
        server.close(closed::handle);
        return closed.future();
    }

    private static Future<Void> end(ProtonConnection connection, Context context) {
        Promise<Void> ended = Promise.promise();
        context.runOnContext(ignored -> {
            connection.setCondition(
                    ProtonHelper.condition(ConnectionError.CONNECTION_FORCED, "The endpoint is shutting down."));
            connection.close();
            context.runOnContext(flushed -> {
                connection.disconnect();
                ended.complete();
            });
        });
        return ended.future();
    }

    private void connected(ProtonConnection connection) {
        handshakes.accepted(ConnectionMeter.Listener.AMQP);
        Context context = vertx.getOrCreateContext();
        connections.put(connection, context);
        connection.disconnectHandler(gone -> connections.remove(connection));
        connection.closeHandler(done -> {
            connection.close();
            connection.disconnect();
        });
        connection.sessionOpenHandler(
                session -> session.closeHandler(done -> session.close().free()).open());
        connection.senderOpenHandler(link -> link.close());
        connection.receiverOpenHandler(link -> link.close());
        connection.openHandler(opened -> open(connection, context));
    }

    private void open(ProtonConnection connection, Context context) {
        long arrived = System.nanoTime();
        String namespace = Optional.ofNullable(connection.getRemoteHostname())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .orElse("");
        connection.setContainer("drover-simulator");
        Optional<Hub> hub = hubOfNamespace.apply(namespace);
        if (hub.isPresent()) {
            openBuiltIn(connection, context, hub.get(), namespace);
        } else if (!openMessaging(connection, context, namespace)) {
            connection.open();
            connection.setCondition(
                    ProtonHelper.condition(AmqpError.NOT_FOUND, "No hub has the host name '" + namespace + "'."));
            connection.close();
            calls.answered(CloudService.HUB_AMQP, "open", "not-found", arrived);
            return;
        }
        connection.open();
        calls.answered(CloudService.HUB_AMQP, "open", "accepted", arrived);
    }

    private void openBuiltIn(ProtonConnection connection, Context context, Hub hub, String namespace) {
        HubAuthorization authorization = new HubAuthorization(hub, namespace, clock);
        TelemetryConnection links = new TelemetryConnection(
                connection,
                context,
                hub,
                authorization,
                new RequestNodes(hub, authorization, clock, created),
                readers,
                calls);
        connection.disconnectHandler(gone -> {
            connections.remove(connection);
            links.closed();
        });
        links.begin();
    }

    private boolean openMessaging(ProtonConnection connection, Context context, String host) {
        Optional<ServiceConnection> service = messaging.flatMap(endpoint -> endpoint.attach(connection, context, host));
        service.ifPresent(links -> connection.disconnectHandler(gone -> {
            connections.remove(connection);
            links.closed();
        }));
        return service.isPresent();
    }
}
