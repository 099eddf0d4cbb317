package io.drover.simulator.cloud;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.concurrent.TimeUnit;

/** An HTTP proxy that takes CONNECT for any name to one port on loopback, for clients that can be given a proxy and no address. */
final class ConnectProxy {
    private static final String LOOPBACK = "127.0.0.1";

    private final NetServer server;
    private final Proxy proxy;

    ConnectProxy(Vertx vertx, int port) throws Exception {
        server = vertx.createNetServer()
                .connectHandler(client -> client.handler(head -> connect(vertx, client, head, port)));
        int own = server.listen(0, LOOPBACK)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
        proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), own));
    }

    Proxy proxy() {
        return proxy;
    }

    private static void connect(Vertx vertx, NetSocket client, Buffer head, int port) {
        if (!head.toString().startsWith("CONNECT ")) {
            client.close();
            return;
        }
        client.pause();
        var net = vertx.createNetClient();
        net.connect(port, LOOPBACK).onFailure(unreachable -> client.close()).onSuccess(target -> {
            client.write("HTTP/1.1 200 Connection established\r\n\r\n");
            client.pipeTo(target).onComplete(ended -> net.close());
            target.pipeTo(client).onComplete(ended -> client.close());
        });
    }
}
