package io.drover.simulator.tpm;

import java.io.ByteArrayOutputStream;

/** Writes TPM structures, as {@link TpmReader} reads them. */
final class TpmWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TpmWriter uint16(int value) {
        out.write(value >>> 8);
        out.write(value);
        return this;
    }

    TpmWriter uint32(int value) {
        return uint16(value >>> 16).uint16(value);
    }

    TpmWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** A TPM2B. */
    TpmWriter sized(byte[] bytes) {
        return uint16(bytes.length).bytes(bytes);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
