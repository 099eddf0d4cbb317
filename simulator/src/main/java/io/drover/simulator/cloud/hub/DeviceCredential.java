package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an identity proves itself with: two symmetric keys, the thumbprints of one or two certificates, or any certificate
 * of a trusted authority. Kept as bytes, because a hub may hold a million. Never printed.
 */
public final class DeviceCredential {
    private static final Pattern THUMBPRINT = Pattern.compile("[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}");
    private static final int SHA1_BYTES = 20;

    /** The authentication types of the registry's JSON. */
    public enum Type {
        SAS("sas"),
        SELF_SIGNED("selfSigned"),
        CERTIFICATE_AUTHORITY("certificateAuthority"),
        NONE("none");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    private static final byte[] NOTHING = {};
    private final Type type;
    private final byte[] primary;
    private final byte[] secondary;

    private DeviceCredential(Type type, byte[] primary, byte[] secondary) {
        this.type = type;
        this.primary = primary;
        this.secondary = secondary;
    }

    /** A pair of symmetric keys. */
    public DeviceCredential(SymmetricKey keys) {
        this(
                Type.SAS,
                Base64.getDecoder().decode(keys.primary()),
                Base64.getDecoder().decode(keys.secondary()));
    }

    /** Certificates by SHA-1 or SHA-256 thumbprint in hexadecimal; either may be null. */
    public static DeviceCredential selfSigned(String primaryThumbprint, String secondaryThumbprint) {
        return new DeviceCredential(Type.SELF_SIGNED, bytes(primaryThumbprint), bytes(secondaryThumbprint));
    }

    /** Any certificate that a trusted authority has issued to the identity's name. */
    public static DeviceCredential certificateAuthority() {
        return new DeviceCredential(Type.CERTIFICATE_AUTHORITY, NOTHING, NOTHING);
    }

    /** Nothing: such an identity can never connect by itself. */
    public static DeviceCredential none() {
        return new DeviceCredential(Type.NONE, NOTHING, NOTHING);
    }

    /** Whether the text is a SHA-1 or SHA-256 digest in hexadecimal. */
    public static boolean isThumbprint(String text) {
        return THUMBPRINT.matcher(text).matches();
    }

    public Type kind() {
        return type;
    }

    /** The type's name in the registry's JSON. */
    public String type() {
        return type.wireName();
    }

    /** The keys; null unless the type is SAS. */
    public SymmetricKey symmetricKey() {
        return type == Type.SAS
                ? new SymmetricKey(
                        Base64.getEncoder().encodeToString(primary),
                        Base64.getEncoder().encodeToString(secondary))
                : null;
    }

    /** Thumbprint in upper-case hexadecimal, null when there is none. */
    public String primaryThumbprint() {
        return thumbprint(primary);
    }

    /** Thumbprint in upper-case hexadecimal, null when there is none. */
    public String secondaryThumbprint() {
        return thumbprint(secondary);
    }

    /** Whether the certificate has one of the two thumbprints. */
    public boolean matches(X509Certificate certificate) {
        return type == Type.SELF_SIGNED && (isDigest(primary, certificate) || isDigest(secondary, certificate));
    }

    private static boolean isDigest(byte[] thumbprint, X509Certificate certificate) {
        if (thumbprint.length == 0) {
            return false;
        }
        try {
            String algorithm = thumbprint.length == SHA1_BYTES ? "SHA-1" : "SHA-256";
            byte[] digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return MessageDigest.isEqual(digest, thumbprint);
        } catch (GeneralSecurityException unreadable) {
            return false;
        }
    }

    private String thumbprint(byte[] digest) {
        return type != Type.SELF_SIGNED || digest.length == 0
                ? null
                : HexFormat.of().withUpperCase().formatHex(digest);
    }

    private static byte[] bytes(String thumbprint) {
        return thumbprint == null ? NOTHING : HexFormat.of().parseHex(thumbprint.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceCredential that
                && type == that.type
                && Arrays.equals(primary, that.primary)
                && Arrays.equals(secondary, that.secondary);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(primary) * 31 + type.hashCode();
    }

    @Override
    public String toString() {
        return "DeviceCredential[" + type + "]";
    }
}
