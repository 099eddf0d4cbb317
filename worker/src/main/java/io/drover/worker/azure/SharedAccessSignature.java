package io.drover.worker.azure;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs the token by which IoT hubs and provisioning services know the holder of a policy's key (reference sections b and e). */
final class SharedAccessSignature {
    private SharedAccessSignature() {}

    /** What goes into the Authorization header; the resource is the service's host name. */
    static String sign(String host, String policy, String key, Instant expiry) {
        String resource = encoded(host.toLowerCase(Locale.ROOT));
        String signed = resource + "\n" + expiry.getEpochSecond();
        return "SharedAccessSignature sr=" + resource + "&sig=" + encoded(hmac(key, signed)) + "&se="
                + expiry.getEpochSecond() + "&skn=" + encoded(policy);
    }

    private static String hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", missing);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
