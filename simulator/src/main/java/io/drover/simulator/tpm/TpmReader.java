package io.drover.simulator.tpm;

import java.nio.ByteBuffer;

/** Reads TPM structures: integers big-endian, TPM2B buffers with two bytes of length before them. */
final class TpmReader {
    private final ByteBuffer buffer;

    TpmReader(byte[] bytes) {
        this.buffer = ByteBuffer.wrap(bytes);
    }

    int uint16() throws TpmFormatException {
        need(Short.BYTES);
        return Short.toUnsignedInt(buffer.getShort());
    }

    int uint32() throws TpmFormatException {
        need(Integer.BYTES);
        return buffer.getInt();
    }

    /** The content of a TPM2B. */
    byte[] sized() throws TpmFormatException {
        return bytes(uint16());
    }

    byte[] rest() throws TpmFormatException {
        return bytes(buffer.remaining());
    }

    void expect(int value, String what) throws TpmFormatException {
        if (uint16() != value) {
            throw new TpmFormatException(what + " is not the one taken here");
        }
    }

    void end() throws TpmFormatException {
        if (buffer.hasRemaining()) {
            throw new TpmFormatException("bytes follow the structure");
        }
    }

    private byte[] bytes(int count) throws TpmFormatException {
        need(count);
        byte[] bytes = new byte[count];
        buffer.get(bytes);
        return bytes;
    }

    private void need(int count) throws TpmFormatException {
        if (buffer.remaining() < count) {
            throw new TpmFormatException("the structure is cut off");
        }
    }
}
