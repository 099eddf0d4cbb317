package io.drover.worker.azure;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two symmetric keys of one device as a hub's registry has them; never shown, never kept. */
public record DeviceKeys(String primary, String secondary) {
    private static final String HMAC = "HmacSHA256";

    /**
     * Whether one of them derives from the group's key of the same rank (reference section c.1).
     *
     * @param registrationId as the device gave it: upper case matters
     */
    public boolean deriveFrom(GroupKeys group, String registrationId) {
        return derives(primary, group.primary(), registrationId)
                || derives(secondary, group.secondary(), registrationId);
    }

    private static boolean derives(String key, String groupKey, String registrationId) {
        return key != null && groupKey != null && key.equals(derive(groupKey, registrationId));
    }

    private static String derive(String groupKey, String registrationId) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(groupKey), HMAC));
            return Base64.getEncoder().encodeToString(mac.doFinal(registrationId.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    @Override
    public String toString() {
        return "DeviceKeys[hidden]";
    }
}
