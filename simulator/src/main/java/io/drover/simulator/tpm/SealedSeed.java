package io.drover.simulator.tpm;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import javax.crypto.Cipher;

/**
 * Protection of a structure for one storage key (TPM 2.0 Part 1, "Credential Protection" and "Outer Duplication Wrapper", which are the
 * same but for the label): a seed encrypted to the key, from which the keys of an AES-CFB cipher and of an HMAC are derived.
 */
final class SealedSeed {
    static final String IDENTITY = "IDENTITY";
    static final String DUPLICATE = "DUPLICATE";

    private final byte[] seed;
    private final byte[] name;

    private SealedSeed(byte[] seed, byte[] name) {
        this.seed = seed;
        this.name = name;
    }

    /** A protected structure: the content of TPM2B_ID_OBJECT or TPM2B_PRIVATE, and that of TPM2B_ENCRYPTED_SECRET. */
    static final class Sealed {
        private final byte[] content;
        private final byte[] encryptedSeed;

        private Sealed(byte[] content, byte[] encryptedSeed) {
            this.content = content;
            this.encryptedSeed = encryptedSeed;
        }

        static Sealed read(TpmReader reader) throws TpmFormatException {
            byte[] content = reader.sized();
            return new Sealed(content, reader.sized());
        }

        TpmWriter write(TpmWriter writer) {
            return writer.sized(content).sized(encryptedSeed);
        }
    }

    /** Protects data that belongs to the object of this name. */
    static Sealed seal(TpmPublic key, String label, byte[] name, byte[] data, SecureRandom random) {
        byte[] seed = new byte[TpmCrypto.DIGEST_BYTES];
        random.nextBytes(seed);
        SealedSeed sealed = new SealedSeed(seed, name);
        byte[] encrypted = TpmCrypto.cfb(Cipher.ENCRYPT_MODE, sealed.cipherKey(), data);
        byte[] content = new TpmWriter()
                .sized(sealed.integrity(encrypted))
                .bytes(encrypted)
                .toBytes();
        try {
            return new Sealed(content, TpmCrypto.oaep(Cipher.ENCRYPT_MODE, key.key(), label, seed));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has RSA-OAEP", missing);
        }
    }

    /** Opens what was protected for this key and this object's name. */
    static byte[] open(PrivateKey key, String label, byte[] name, Sealed sealed) throws TpmFormatException {
        TpmReader reader = new TpmReader(sealed.content);
        byte[] integrity = reader.sized();
        byte[] encrypted = reader.rest();
        SealedSeed seed;
        try {
            seed = new SealedSeed(TpmCrypto.oaep(Cipher.DECRYPT_MODE, key, label, sealed.encryptedSeed), name);
        } catch (GeneralSecurityException other) {
            throw new TpmFormatException("the secret is not for this TPM");
        }
        if (!MessageDigest.isEqual(integrity, seed.integrity(encrypted))) {
            throw new TpmFormatException("the integrity value is wrong");
        }
        return TpmCrypto.cfb(Cipher.DECRYPT_MODE, seed.cipherKey(), encrypted);
    }

    private byte[] cipherKey() {
        return TpmCrypto.kdfa(seed, "STORAGE", name, TpmCrypto.SYMMETRIC_BYTES);
    }

    private byte[] integrity(byte[] encrypted) {
        byte[] key = TpmCrypto.kdfa(seed, "INTEGRITY", new byte[0], TpmCrypto.DIGEST_BYTES);
        return TpmCrypto.hmac(key, encrypted, name);
    }
}
