package io.drover.simulator.cloud.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.CorruptedFrameException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes over the link between a gateway and the cloud: a length (4 bytes, of all that follows), a type (1), the number of a device's
 * connection (4) and the rest. Numbers are the gateway's and never used twice on one link.
 */
public final class LinkFrame {
    /** Longest frame that is taken: the longest MQTT packet, or a chain of certificates, and its header. */
    public static final int MAX_BYTES = 512 * 1024;

    /** Bytes of length, type and number. */
    public static final int HEADER = 9;

    /** Gateway to cloud, first on a link: the secret that only the cloud's own gateways were told. */
    public static final byte HELLO = 1;

    /** Gateway to cloud: a device's TLS handshake is done and its first packet is there. Server name and certificates follow. */
    public static final byte OPEN = 2;

    /** Either way: one whole MQTT packet. */
    public static final byte PACKET = 3;

    /** Gateway to cloud: the device's connection has ended. Cloud to gateway: end it once everything before is written. */
    public static final byte CLOSE = 4;

    /** Gateway to cloud: a connection broke off before its first packet; for the count. */
    public static final byte FAILED = 5;

    private static final int MAX_CHAIN = 16;

    private LinkFrame() {}

    /**
     * What the TLS handshake told.
     *
     * @param serverName null when the client named none
     * @param certificates the client's chain, its own first; empty when it showed none
     */
    public record Opening(String serverName, List<X509Certificate> certificates) {}

    /** A frame without a body. */
    public static ByteBuf of(byte type, int connection) {
        return header(type, connection, 0);
    }

    /** A frame with this body, which is released. */
    public static ByteBuf of(byte type, int connection, ByteBuf body) {
        try {
            return header(type, connection, body.readableBytes()).writeBytes(body);
        } finally {
            body.release();
        }
    }

    private static ByteBuf header(byte type, int connection, int body) {
        return io.netty.buffer.ByteBufAllocator.DEFAULT
                .buffer(HEADER + body)
                .writeInt(HEADER - Integer.BYTES + body)
                .writeByte(type)
                .writeInt(connection);
    }

    /** The body of {@link #OPEN}. */
    public static ByteBuf encode(Opening opening) throws CertificateEncodingException {
        byte[] name = opening.serverName() == null
                ? new byte[0]
                : opening.serverName().getBytes(StandardCharsets.UTF_8);
        ByteBuf body = Unpooled.buffer(name.length + 8);
        body.writeShort(name.length).writeBytes(name);
        body.writeByte(opening.certificates().size());
        for (X509Certificate certificate : opening.certificates()) {
            byte[] der = certificate.getEncoded();
            body.writeInt(der.length).writeBytes(der);
        }
        return body;
    }

    /** The opening in the body; throws CorruptedFrameException when it is none. */
    public static Opening decode(ByteBuf body) {
        try {
            String name = body.readCharSequence(body.readUnsignedShort(), StandardCharsets.UTF_8)
                    .toString();
            int count = body.readByte();
            if (count < 0 || count > MAX_CHAIN) {
                throw new CorruptedFrameException("a chain of " + count + " certificates");
            }
            List<X509Certificate> chain = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                byte[] der = ByteBufUtil.getBytes(body.readSlice(body.readInt()));
                chain.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
            }
            return new Opening(name.isEmpty() ? null : name, List.copyOf(chain));
        } catch (IndexOutOfBoundsException | CertificateException unreadable) {
            throw new CorruptedFrameException(unreadable);
        }
    }
}
