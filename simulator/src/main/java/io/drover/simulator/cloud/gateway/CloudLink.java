package io.drover.simulator.cloud.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

/**
 * A gateway's link to the cloud, and the devices on it. Always read; when the cloud is slow to read, no device is read, and a device that
 * is slow to read is closed. On the one event loop of the gateway.
 */
final class CloudLink extends SimpleChannelInboundHandler<ByteBuf> {
    private final byte[] secret;
    private final Runnable gone;
    private final IntObjectMap<Channel> devices = new IntObjectHashMap<>();
    private Channel channel;
    private int last;
    private boolean unflushed;

    /** @param gone is run when the link has ended */
    CloudLink(byte[] secret, Runnable gone) {
        this.secret = secret.clone();
        this.gone = gone;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        context.writeAndFlush(LinkFrame.of(LinkFrame.HELLO, 0, io.netty.buffer.Unpooled.wrappedBuffer(secret)));
    }

    /** Whether devices may be read. */
    boolean takesMore() {
        return channel.isWritable();
    }

    /** Takes a device up; answers its number. */
    int open(Channel device, ByteBuf opening) {
        last++;
        devices.put(last, device);
        write(LinkFrame.of(LinkFrame.OPEN, last, opening));
        return last;
    }

    /** A packet from a device, which is taken over. */
    void packet(int number, ByteBuf packet) {
        write(LinkFrame.of(LinkFrame.PACKET, number, packet));
    }

    /** The device has gone; the cloud is told unless it was the cloud that wished it. */
    void closed(int number) {
        if (devices.remove(number) != null) {
            write(LinkFrame.of(LinkFrame.CLOSE, number));
            flush();
        }
    }

    /** A connection broke off before it was a device's. */
    void failed() {
        write(LinkFrame.of(LinkFrame.FAILED, 0));
        flush();
    }

    /** Sends what was written. */
    void flush() {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    private void write(ByteBuf frame) {
        unflushed = true;
        channel.write(frame);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        byte type = frame.readByte();
        int number = frame.readInt();
        Channel device = devices.get(number);
        if (device == null) {
            return;
        }
        if (type == LinkFrame.PACKET && device.isWritable()) {
            device.writeAndFlush(frame.readRetainedSlice(frame.readableBytes()));
        } else if (type == LinkFrame.PACKET) {
            device.close();
        } else if (type == LinkFrame.CLOSE) {
            devices.remove(number);
            device.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean writable = channel.isWritable();
        devices.values().forEach(device -> device.config().setAutoRead(writable));
        if (!writable) {
            channel.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
        context.close();
    }
}
