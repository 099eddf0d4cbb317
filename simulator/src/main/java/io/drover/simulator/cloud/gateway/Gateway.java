package io.drover.simulator.cloud.gateway;

import io.drover.simulator.cloud.tls.ClientCertificates;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A process's gateway: listens on the shared MQTT port, ends TLS, and relays packets over its link. One event loop does it all. */
final class Gateway {
    private static final String HOST = "127.0.0.1";
    private static final int BACKLOG = 4_096;
    private static final int CONNECT_MILLIS = 10_000;
    /** Many handshakes queue when a whole fleet comes at once. */
    private static final long HANDSHAKE_MILLIS = 30_000;

    /** What waits for one slow device before it is closed, and for the link before no device is read. */
    private static final WriteBufferWaterMark DEVICE_WAITING = new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

    private static final WriteBufferWaterMark LINK_WAITING = new WriteBufferWaterMark(1024 * 1024, 4 * 1024 * 1024);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /** How a gateway is told what to do; on its standard input, as it holds secrets. */
    record Orders(String host, int port, int linkPort, Buffer secret, String certificate, String key) {
        /** The same at another port. */
        Orders at(int other) {
            return new Orders(host, other, linkPort, secret, certificate, key);
        }

        @Override
        public String toString() {
            return "Orders[port=" + port + ", linkPort=" + linkPort + "]";
        }
    }

    /**
     * Links up with the cloud, then listens; answers the port. Blocks.
     *
     * @param gone is run when the cloud has gone
     * @throws IOException when either cannot be done; the message is for a person
     */
    int start(Orders orders, Runnable gone) throws IOException, InterruptedException {
        if (!isSharingPossible()) {
            throw new IOException("this system's Java cannot share a port between processes (SO_REUSEPORT);"
                    + " run the cloud with --gateways 0");
        }
        CloudLink link = new CloudLink(orders.secret().getBytes(), gone);
        succeeded(
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, LINK_WAITING)
                        .handler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(new LengthFieldBasedFrameDecoder(
                                                LinkFrame.MAX_BYTES, 0, Integer.BYTES, 0, Integer.BYTES))
                                        .addLast(link);
                            }
                        })
                        .connect(HOST, orders.linkPort()),
                "the cloud's process cannot be reached");
        return listen(orders, link);
    }

    private int listen(Orders orders, CloudLink link) throws IOException, InterruptedException {
        SslContext tls = tls(orders);
        var bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, DEVICE_WAITING)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = tls.newHandler(channel.alloc());
                        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
                        channel.pipeline().addLast(handler).addLast(new DeviceRelay(link));
                        channel.config().setAutoRead(link.takesMore());
                    }
                })
                .bind(orders.host(), orders.port());
        succeeded(bound, "port " + orders.port() + " cannot be listened on");
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /** Whether several processes can listen on one port here. */
    static boolean isSharingPossible() {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            return probe.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
        } catch (IOException impossible) {
            return false;
        }
    }

    private static SslContext tls(Orders orders) throws IOException {
        SslContext context = SslContextBuilder.forServer(stream(orders.certificate()), stream(orders.key()))
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(ClientCertificates.anyClient())
                .build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            // As the cloud's own listener: no session is resumed, as a device that moves meets its hub for the first
            // time.
            sessions.setSessionCacheEnabled(false);
        }
        return context;
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static void succeeded(Future<?> future, String otherwise) throws IOException, InterruptedException {
        if (!future.await(CONNECT_MILLIS + 1_000L, TimeUnit.MILLISECONDS)) {
            throw new IOException(otherwise + " in time");
        }
        if (!future.isSuccess()) {
            throw new IOException(otherwise + ": " + future.cause().getMessage(), future.cause());
        }
    }

    /** Ends it with all its connections; blocks a little. */
    void close() {
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(CONNECT_MILLIS);
    }
}
