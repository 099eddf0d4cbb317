package io.drover.simulator.cloud.gateway;

import io.drover.simulator.cloud.tls.ClientCertificates;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's connection at a gateway: cuts what comes out of TLS into MQTT packets and puts them on the link, unread. */
final class DeviceRelay extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceRelay.class);
    private static final int CONNECT_SECONDS = 30;
    /** As the cloud's own listener: 256 KiB of payload, and room for topic and header. */
    private static final int MAX_PACKET = 256 * 1024 + 16 * 1024;

    private static final int MAX_LENGTH_BYTES = 4;
    private static final int MAX_CHAIN = 16;

    private final CloudLink link;
    private int number;
    private Future<?> patience;

    DeviceRelay(CloudLink link) {
        this.link = link;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        patience = context.executor().schedule(() -> context.close(), CONNECT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int length = packetLength(in);
        if (length < 0 || in.readableBytes() < length) {
            return;
        }
        if (number == 0 && !open(context)) {
            in.skipBytes(in.readableBytes());
            context.close();
            return;
        }
        link.packet(number, in.readRetainedSlice(length));
    }

    /** Of fixed header and rest; -1 while that is not known. */
    private static int packetLength(ByteBuf in) {
        int rest = 0;
        int start = in.readerIndex();
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            if (in.readableBytes() < i + 2) {
                return -1;
            }
            int digit = in.getUnsignedByte(start + 1 + i);
            rest |= (digit & 0x7F) << (7 * i);
            if ((digit & 0x80) == 0) {
                return checked(rest + i + 2);
            }
        }
        throw new io.netty.handler.codec.CorruptedFrameException("a packet's length has more than four bytes");
    }

    private static int checked(int length) {
        if (length > MAX_PACKET) {
            throw new io.netty.handler.codec.TooLongFrameException("a packet of " + length + " bytes");
        }
        return length;
    }

    private boolean open(ChannelHandlerContext context) {
        SSLSession session = context.pipeline().get(SslHandler.class).engine().getSession();
        List<X509Certificate> chain = ClientCertificates.of(session);
        if (chain.size() > MAX_CHAIN) {
            return false;
        }
        try {
            number = link.open(context.channel(), LinkFrame.encode(new LinkFrame.Opening(serverName(session), chain)));
            patience.cancel(false);
            return true;
        } catch (CertificateEncodingException unreadable) {
            return false;
        }
    }

    private static String serverName(SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? extended.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                        .findFirst()
                        .orElse(null)
                : null;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        link.flush();
        super.channelReadComplete(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        patience.cancel(false);
        if (number == 0) {
            link.failed();
        } else {
            link.closed(number);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
        LOG.debug("A device's connection is closed: {}", broken.toString());
        context.close();
    }
}
