package io.drover.worker.azure;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two symmetric keys of one device; never shown, never kept. */
public record DeviceKeys(String primary, String secondary) {
    private static final String HMAC = "HmacSHA256";

    /** Reads a {@code symmetricKey} object; null when it holds no key. */
    public static DeviceKeys of(JsonObject symmetricKey) {
        return symmetricKey == null || symmetricKey.getString("primaryKey") == null
                ? null
                : new DeviceKeys(symmetricKey.getString("primaryKey"), symmetricKey.getString("secondaryKey"));
    }

    /** The wire form. */
    public JsonObject toJson() {
        return new JsonObject().put("primaryKey", primary).put("secondaryKey", secondary);
    }

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
