package io.drover.simulator.tpm;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public area of an RSA-2048 storage key (TPMT_PUBLIC, TPM 2.0 Part 2, 12.2.4): SHA-256, AES-128-CFB, no scheme, exponent 65537, as
 * the standard templates of endorsement key and storage root key have it.
 */
public final class TpmPublic {
    private static final int RSA = 0x0001;
    static final int SHA256 = 0x000B;
    private static final int AES = 0x0006;
    private static final int CFB = 0x0043;
    private static final int NULL = 0x0010;
    private static final int RSA_BITS = 2048;
    private static final int AES_BITS = 128;
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    private static final int RESTRICTED_DECRYPT = 0x0003_0000;
    /** Fixed to TPM and parent, made in the TPM, administered by policy, restricted, for decryption. */
    private static final int ENDORSEMENT = RESTRICTED_DECRYPT | 0x00B2;
    /** The same, used by authorization and free of dictionary attack protection. */
    private static final int STORAGE_ROOT = RESTRICTED_DECRYPT | 0x0472;
    /** TPM2_PolicySecret of the endorsement hierarchy (TCG EK Credential Profile, B.3.3). */
    private static final byte[] ENDORSEMENT_POLICY =
            HexFormat.of().parseHex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");

    private final byte[] area;
    private final RSAPublicKey key;

    private TpmPublic(byte[] area, RSAPublicKey key) {
        this.area = area;
        this.key = key;
    }

    /** An endorsement key of the standard template L-1. */
    static TpmPublic endorsementKey(RSAPublicKey key) {
        return of(ENDORSEMENT, ENDORSEMENT_POLICY, key);
    }

    /** A storage root key of the template Microsoft's providers use. */
    static TpmPublic storageRootKey(RSAPublicKey key) {
        return of(STORAGE_ROOT, new byte[0], key);
    }

    private static TpmPublic of(int attributes, byte[] policy, RSAPublicKey key) {
        byte[] signed = key.getModulus().toByteArray();
        byte[] modulus = Arrays.copyOfRange(signed, signed.length - RSA_BITS / Byte.SIZE, signed.length);
        return new TpmPublic(
                new TpmWriter()
                        .uint16(RSA)
                        .uint16(SHA256)
                        .uint32(attributes)
                        .sized(policy)
                        .uint16(AES)
                        .uint16(AES_BITS)
                        .uint16(CFB)
                        .uint16(NULL)
                        .uint16(RSA_BITS)
                        .uint32(0)
                        .sized(modulus)
                        .toBytes(),
                key);
    }

    /** Reads a TPM2B_PUBLIC in base64, as enrollments and registrations have it. */
    public static TpmPublic parse(String base64) throws TpmFormatException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException noBase64) {
            throw new TpmFormatException("the key is not base64");
        }
        TpmReader outer = new TpmReader(bytes);
        byte[] area = outer.sized();
        outer.end();
        TpmReader reader = new TpmReader(area);
        reader.expect(RSA, "the type of key");
        reader.expect(SHA256, "the name algorithm");
        if ((reader.uint32() & RESTRICTED_DECRYPT) != RESTRICTED_DECRYPT) {
            throw new TpmFormatException("the key is not one for storage");
        }
        reader.sized();
        reader.expect(AES, "the symmetric algorithm");
        reader.expect(AES_BITS, "the symmetric key's length");
        reader.expect(CFB, "the symmetric mode");
        reader.expect(NULL, "the scheme");
        reader.expect(RSA_BITS, "the key's length");
        int exponent = reader.uint32();
        byte[] modulus = reader.sized();
        reader.end();
        if (modulus.length != RSA_BITS / Byte.SIZE || modulus[0] >= 0) {
            throw new TpmFormatException("the modulus has not 2048 bits");
        }
        BigInteger e = exponent == 0 ? EXPONENT : BigInteger.valueOf(Integer.toUnsignedLong(exponent));
        try {
            RSAPublicKeySpec spec = new RSAPublicKeySpec(new BigInteger(1, modulus), e);
            return new TpmPublic(
                    area, (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec));
        } catch (GeneralSecurityException unusable) {
            throw new TpmFormatException("the key is no RSA key");
        }
    }

    /** TPM2B_PUBLIC in base64. */
    public String base64() {
        return Base64.getEncoder().encodeToString(sized());
    }

    byte[] sized() {
        return new TpmWriter().sized(area).toBytes();
    }

    /** The name that a TPM knows the key by: its algorithm and the digest of the public area. */
    byte[] name() {
        return nameOf(area);
    }

    static byte[] nameOf(byte[] area) {
        return new TpmWriter().uint16(SHA256).bytes(TpmCrypto.hash(area)).toBytes();
    }

    RSAPublicKey key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TpmPublic that && Arrays.equals(area, that.area);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(area);
    }

    @Override
    public String toString() {
        return "TpmPublic[" + HexFormat.of().formatHex(name()) + "]";
    }
}
