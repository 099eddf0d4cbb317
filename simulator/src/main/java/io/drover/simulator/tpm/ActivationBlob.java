package io.drover.simulator.tpm;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * An HMAC key for one TPM, in the parts that Microsoft's TPM providers take for {@code authenticationKey}: a credential (MakeCredential)
 * that only the endorsement key's holder opens, and the HMAC key duplicated to the storage root key with the credential as inner
 * wrapping key; last what the key is for, encrypted with it too.
 */
public final class ActivationBlob {
    private static final int KEYED_HASH = 0x0008;
    private static final int HMAC = 0x0005;
    /** Used by authorization, signs; free of dictionary attack protection. */
    private static final int HMAC_KEY = 0x0004_0440;

    private ActivationBlob() {}

    /**
     * Wraps the key.
     *
     * @param hmacKey 1 to 64 bytes
     * @param purpose the resource the key is for
     */
    public static byte[] wrap(
            TpmPublic endorsementKey, TpmPublic storageRootKey, byte[] hmacKey, String purpose, SecureRandom random) {
        byte[] innerKey = random(TpmCrypto.SYMMETRIC_BYTES, random);
        SealedSeed.Sealed credential = SealedSeed.seal(
                endorsementKey,
                SealedSeed.IDENTITY,
                storageRootKey.name(),
                new TpmWriter().sized(innerKey).toBytes(),
                random);
        byte[] obfuscation = random(TpmCrypto.DIGEST_BYTES, random);
        byte[] area = publicArea(TpmCrypto.hash(obfuscation, hmacKey));
        byte[] name = TpmPublic.nameOf(area);
        byte[] sensitive = new TpmWriter()
                .sized(new TpmWriter()
                        .uint16(KEYED_HASH)
                        .sized(new byte[0])
                        .sized(obfuscation)
                        .sized(hmacKey)
                        .toBytes())
                .toBytes();
        byte[] inner = new TpmWriter()
                .sized(TpmCrypto.hash(sensitive, name))
                .bytes(sensitive)
                .toBytes();
        SealedSeed.Sealed duplicate = SealedSeed.seal(
                storageRootKey,
                SealedSeed.DUPLICATE,
                name,
                TpmCrypto.cfb(Cipher.ENCRYPT_MODE, innerKey, inner),
                random);
        return duplicate
                .write(credential.write(new TpmWriter()))
                .sized(area)
                .sized(TpmCrypto.cfb(Cipher.ENCRYPT_MODE, innerKey, purpose.getBytes(StandardCharsets.UTF_8)))
                .toBytes();
    }

    /** TPMT_PUBLIC of a key for HMAC-SHA256. */
    static byte[] publicArea(byte[] unique) {
        return new TpmWriter()
                .uint16(KEYED_HASH)
                .uint16(TpmPublic.SHA256)
                .uint32(HMAC_KEY)
                .sized(new byte[0])
                .uint16(HMAC)
                .uint16(TpmPublic.SHA256)
                .sized(unique)
                .toBytes();
    }

    /** The HMAC key in a TPM2B_SENSITIVE behind its inner integrity value. */
    static byte[] hmacKey(byte[] inner, byte[] area) throws TpmFormatException {
        TpmReader reader = new TpmReader(inner);
        byte[] integrity = reader.sized();
        byte[] sensitive = reader.rest();
        if (!MessageDigest.isEqual(integrity, TpmCrypto.hash(sensitive, TpmPublic.nameOf(area)))) {
            throw new TpmFormatException("the inner integrity value is wrong");
        }
        TpmReader fields = new TpmReader(new TpmReader(sensitive).sized());
        fields.expect(KEYED_HASH, "the type of the sensitive area");
        fields.sized();
        byte[] obfuscation = fields.sized();
        byte[] key = fields.sized();
        fields.end();
        if (!Arrays.equals(area, publicArea(TpmCrypto.hash(obfuscation, key)))) {
            throw new TpmFormatException("the key is not that of the public area");
        }
        return key;
    }

    private static byte[] random(int count, SecureRandom random) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
