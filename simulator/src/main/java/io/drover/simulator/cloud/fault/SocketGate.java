package io.drover.simulator.cloud.fault;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a listener and passes TCP connections on to it as they are, so that one can be left without an answer or begin late.
 * Costs two more sockets for each connection: only where asked for.
 */
public final class SocketGate {
    private static final Logger LOG = LoggerFactory.getLogger(SocketGate.class);

    private final Vertx vertx;
    private final Faults faults;
    private final String listener;
    private final NetServer server;
    private final NetClient client;

    /** @param listener https, mqtt or amqp, the service in patterns */
    public SocketGate(Vertx vertx, Faults faults, String listener) {
        this.vertx = vertx;
        this.faults = faults;
        this.listener = listener;
        this.server = vertx.createNetServer(new NetServerOptions());
        this.client = vertx.createNetClient();
    }

    /** Listens before the listener at {@code inner}; answers the port taken. Fails when the port is in use. */
    public Future<Integer> listen(int port, String host, int inner) {
        return server.connectHandler(socket -> accepted(socket, host, inner))
                .listen(port, host)
                .map(NetServer::actualPort);
    }

    /** Stops listening and closes every connection. */
    public Future<Void> close() {
        return Future.join(server.close(), client.close()).mapEmpty();
    }

    private void accepted(NetSocket socket, String host, int inner) {
        socket.pause();
        Optional<Fault> struck = faults.strikes(FaultKind.Point.SOCKET, listener, listener, null, "accept");
        if (struck.isEmpty()) {
            join(socket, host, inner);
        } else if (struck.get().kind() == FaultKind.SLOW_HANDSHAKE) {
            vertx.setTimer(Math.max(1, struck.get().delay().toMillis()), due -> join(socket, host, inner));
        } else {
            // Half open: what the client sends is taken and never answered.
            socket.handler(unread -> {}).resume();
        }
    }

    private void join(NetSocket socket, String host, int inner) {
        client.connect(inner, host)
                .onFailure(refused -> {
                    LOG.debug("The {} listener takes no connection: {}", listener, refused.toString());
                    socket.close();
                })
                .onSuccess(onward -> {
                    socket.pipeTo(onward).onComplete(ended -> onward.close());
                    onward.pipeTo(socket).onComplete(ended -> socket.close());
                });
    }
}
