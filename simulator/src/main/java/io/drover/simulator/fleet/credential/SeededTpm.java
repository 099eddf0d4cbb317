package io.drover.simulator.fleet.credential;

import io.drover.simulator.tpm.SoftwareTpm;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;

/** A TPM whose RSA key the same bits make the same in every process. */
final class SeededTpm {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    private static final int RSA_BITS = 2048;
    private static final int PRIME_CERTAINTY = 100;

    private SeededTpm() {}

    /** @param bits evenly spread, so that the key is as good as any */
    static SoftwareTpm of(byte[] bits) {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(EXPONENT, new Stream(bits), RSA_BITS, PRIME_CERTAINTY));
        RSAPrivateCrtKeyParameters key =
                (RSAPrivateCrtKeyParameters) generator.generateKeyPair().getPrivate();
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new SoftwareTpm(
                    (RSAPublicKey) factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), EXPONENT)),
                    factory.generatePrivate(new RSAPrivateCrtKeySpec(
                            key.getModulus(),
                            EXPONENT,
                            key.getExponent(),
                            key.getP(),
                            key.getQ(),
                            key.getDP(),
                            key.getDQ(),
                            key.getQInv())));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has RSA", missing);
        }
    }

    /** SHA-512 of the bits and a counter, block by block. */
    private static final class Stream extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] bits;
        private byte[] block = {};
        private int used;
        private int counter;

        Stream(byte[] bits) {
            this.bits = bits.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                if (used == block.length) {
                    block = next();
                    used = 0;
                }
                bytes[i] = block[used++];
            }
        }

        private byte[] next() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-512");
                digest.update(bits);
                return digest.digest(
                        ByteBuffer.allocate(Integer.BYTES).putInt(counter++).array());
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("every Java runtime has SHA-512", missing);
            }
        }
    }
}
