package io.drover.simulator.cloud.sas;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A pair of base64 keys, either of which is accepted, so that one can be rotated while the other is in use. Never
 * printed: {@link #toString()} hides both.
 */
public record SymmetricKey(String primary, String secondary) {
    private static final int KEY_BYTES = 64;

    /** Two fresh keys of 64 random bytes each. */
    public static SymmetricKey generate(RandomGenerator random) {
        return new SymmetricKey(randomKey(random), randomKey(random));
    }

    /** Device keys of an enrollment group: HMAC-SHA256 of the registration id, exactly as given, under each group key. */
    public SymmetricKey derive(String registrationId) {
        return new SymmetricKey(derive(primary, registrationId), derive(secondary, registrationId));
    }

    /** One device key: {@code base64(HMAC_SHA256(base64decode(groupKey), utf8(registrationId)))}. */
    public static String derive(String groupKey, String registrationId) {
        return Base64.getEncoder().encodeToString(hmac(groupKey, registrationId));
    }

    /** Whether the text is base64 of 16 to 64 bytes, the sizes the services take as a key. */
    public static boolean isKey(String text) {
        try {
            int length = Base64.getDecoder().decode(text).length;
            return length >= 16 && length <= 64;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    static byte[] hmac(String base64Key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(base64Key), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", missing);
        }
    }

    private static String randomKey(RandomGenerator random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "SymmetricKey[***]";
    }
}
