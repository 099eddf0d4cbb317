package io.drover.simulator.cloud.mqtt;

import io.drover.simulator.cloud.gateway.LinkFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cloud's end of a gateway's link: the connections of its devices, none of which holds a file here. While the gateway is slow to take
 * what is written, nothing of it is read, so that no more answers come to be. On the link's event loop.
 */
final class GatewayLink {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);

    private final Vertx vertx;
    private final NetSocketInternal socket;
    private final BiConsumer<DeviceConnection, MqttListener.Peer> connections;
    private final Runnable failed;
    private final IntObjectMap<MqttConnection> devices = new IntObjectHashMap<>();
    /** Packets come whole, so that one codec does for all connections. */
    private EmbeddedChannel codec = newCodec();

    GatewayLink(
            Vertx vertx,
            NetSocketInternal socket,
            BiConsumer<DeviceConnection, MqttListener.Peer> connections,
            Runnable failed) {
        this.vertx = vertx;
        this.socket = socket;
        this.connections = connections;
        this.failed = failed;
    }

    private static EmbeddedChannel newCodec() {
        return new EmbeddedChannel(
                MqttEncoder.INSTANCE, new MqttDecoder(MqttListener.MAX_MESSAGE, MqttListener.MAX_CLIENT_ID));
    }

    /** Takes over a frame. */
    void received(ByteBuf frame) {
        try {
            byte type = frame.readByte();
            int number = frame.readInt();
            switch (type) {
                case LinkFrame.OPEN -> open(number, LinkFrame.decode(frame));
                case LinkFrame.PACKET -> packet(number, frame);
                case LinkFrame.CLOSE -> closed(devices.remove(number));
                case LinkFrame.FAILED -> failed.run();
                default -> socket.close();
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void open(int number, LinkFrame.Opening opening) {
        MqttListener.Peer peer = new MqttListener.Peer(null, opening.certificates());
        Handler<DeviceConnection> connecting = asked -> connections.accept(asked, peer);
        Handler<Throwable> failures = failure -> failed.run();
        devices.put(
                number, new MqttConnection(vertx, new LinkWire(number, opening.serverName()), connecting, failures));
    }

    private void packet(int number, ByteBuf bytes) {
        MqttConnection device = devices.get(number);
        if (device == null) {
            return;
        }
        try {
            List<Object> messages = decoded(bytes);
            messages.forEach(device::received);
        } catch (RuntimeException broken) {
            // As on a socket of its own: what goes wrong with one device is no other's business.
            LOG.warn("A device's connection is closed, as its packet could not be handled", broken);
            close(number);
        }
    }

    private List<Object> decoded(ByteBuf bytes) {
        List<Object> messages = new ArrayList<>(1);
        codec.writeInbound(bytes.readRetainedSlice(bytes.readableBytes()));
        boolean sound = true;
        for (Object each = codec.readInbound(); each != null; each = codec.readInbound()) {
            messages.add(each);
            sound &= each instanceof MqttMessage message && isSound(message);
        }
        if (messages.isEmpty()) {
            messages.add(new ProtocolException("a packet that says more than it holds"));
            sound = false;
        }
        if (!sound) {
            // What it has seen must not matter to other connections.
            codec.finishAndReleaseAll();
            codec = newCodec();
        }
        return messages;
    }

    private static boolean isSound(MqttMessage message) {
        return message.decoderResult().isSuccess()
                && !(message instanceof io.netty.handler.codec.mqtt.MqttConnectMessage connect
                        && connect.variableHeader().version() > 4);
    }

    private void write(int number, MqttMessage message) {
        codec.writeOutbound(message);
        ByteBuf packet = codec.readOutbound();
        for (ByteBuf next = codec.readOutbound(); next != null; next = codec.readOutbound()) {
            packet = io.netty.buffer.Unpooled.wrappedBuffer(packet, next);
        }
        send(LinkFrame.of(LinkFrame.PACKET, number, packet));
    }

    private Future<Void> send(ByteBuf frame) {
        Future<Void> written = socket.writeMessage(frame);
        if (socket.writeQueueFull()) {
            socket.pause();
            socket.drainHandler(drained -> socket.resume());
        }
        return written;
    }

    private void close(int number) {
        MqttConnection device = devices.remove(number);
        if (device != null) {
            send(LinkFrame.of(LinkFrame.CLOSE, number));
            // Not within the call that closes, as with a socket.
            vertx.runOnContext(later -> closed(device));
        }
    }

    private static void closed(MqttConnection device) {
        if (device != null) {
            device.closed();
        }
    }

    /** The link is gone, and with it every connection. */
    void ended() {
        if (!devices.isEmpty()) {
            LOG.warn("A gateway is gone; its {} devices have lost their connection", devices.size());
        }
        List<MqttConnection> lost = new ArrayList<>(devices.values());
        devices.clear();
        lost.forEach(GatewayLink::closed);
        codec.finishAndReleaseAll();
    }

    /** One device's connection. */
    private final class LinkWire implements MqttConnection.Wire {
        private final int number;
        private final String serverName;

        LinkWire(int number, String serverName) {
            this.number = number;
            this.serverName = serverName;
        }

        @Override
        public Future<Void> write(MqttMessage message) {
            if (!devices.containsKey(number)) {
                ReferenceCountUtil.release(message);
                return Future.failedFuture(new ProtocolException("the connection is gone"));
            }
            GatewayLink.this.write(number, message);
            return Future.succeededFuture();
        }

        @Override
        public void close() {
            GatewayLink.this.close(number);
        }

        @Override
        public String serverName() {
            return serverName;
        }
    }
}
