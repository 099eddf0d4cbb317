package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.gateway.LinkFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.security.MessageDigest;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where gateways link up with the cloud: on 127.0.0.1, and only who knows the secret. Any number of instances may share the port. */
final class GatewayLinks {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLinks.class);

    private final Vertx vertx;
    private final byte[] secret;
    private final BiConsumer<DeviceConnection, MqttListener.Peer> connections;
    private final Runnable failed;

    /**
     * @param connections gets each connection whose CONNECT has come
     * @param failed is run for each that broke off before that
     */
    GatewayLinks(
            Vertx vertx, byte[] secret, BiConsumer<DeviceConnection, MqttListener.Peer> connections, Runnable failed) {
        this.vertx = vertx;
        this.secret = secret.clone();
        this.connections = connections;
        this.failed = failed;
    }

    /** Listens; a negative port is a free one that instances share. */
    Future<NetServer> listen(int port) {
        return vertx.createNetServer(new NetServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setTcpNoDelay(true))
                .connectHandler(this::linked)
                .listen();
    }

    private void linked(NetSocket accepted) {
        NetSocketInternal socket = (NetSocketInternal) accepted;
        socket.channelHandlerContext()
                .pipeline()
                .addBefore(
                        "handler",
                        "frames",
                        new LengthFieldBasedFrameDecoder(LinkFrame.MAX_BYTES, 0, Integer.BYTES, 0, Integer.BYTES));
        GatewayLink link = new GatewayLink(vertx, socket, connections, failed);
        socket.messageHandler(first -> {
            try {
                if (isHello((ByteBuf) first)) {
                    socket.messageHandler(frame -> link.received((ByteBuf) frame));
                } else {
                    LOG.warn("Somebody who is no gateway of this cloud connected to its link port; refused");
                    socket.close();
                }
            } finally {
                ReferenceCountUtil.release(first);
            }
        });
        socket.exceptionHandler(broken -> socket.close());
        socket.closeHandler(closed -> link.ended());
    }

    private boolean isHello(ByteBuf frame) {
        return frame.readableBytes() > Integer.BYTES
                && frame.readByte() == LinkFrame.HELLO
                && frame.readInt() == 0
                && MessageDigest.isEqual(ByteBufUtil.getBytes(frame), secret);
    }
}
