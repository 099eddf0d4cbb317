package io.drover.simulator.tpm;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** The cryptography of TPM 2.0 Part 1 with SHA-256, AES-128 and RSA-2048, the algorithms of the standard endorsement key. */
final class TpmCrypto {
    static final int DIGEST_BYTES = 32;
    static final int SYMMETRIC_BYTES = 16;
    private static final byte[] NOTHING = {};

    private TpmCrypto() {}

    static byte[] hash(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException missing) {
            throw missing(missing);
        }
    }

    static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException missing) {
            throw missing(missing);
        }
    }

    /** KDFa (11.4.10.2) of at most one digest's length. */
    static byte[] kdfa(byte[] key, String label, byte[] contextU, int bytes) {
        byte[] counter = new TpmWriter().uint32(1).toBytes();
        byte[] bits = new TpmWriter().uint32(bytes * Byte.SIZE).toBytes();
        return Arrays.copyOf(hmac(key, counter, terminated(label), contextU, NOTHING, bits), bytes);
    }

    static byte[] cfb(int mode, byte[] key, byte[] data) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            return cipher.doFinal(data);
        } catch (GeneralSecurityException missing) {
            throw missing(missing);
        }
    }

    /** RSA-OAEP with the label of its purpose (Annex B.4); fails for what was not encrypted to this key. */
    static byte[] oaep(int mode, Key key, String label, byte[] data) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                mode,
                key,
                new OAEPParameterSpec(
                        "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(terminated(label))));
        return cipher.doFinal(data);
    }

    private static byte[] terminated(String label) {
        return (label + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    private static IllegalStateException missing(GeneralSecurityException cause) {
        return new IllegalStateException("every Java runtime has SHA-256 and AES", cause);
    }
}
