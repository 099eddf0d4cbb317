package io.drover.simulator.fleet.credential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a device computes from its keys, written apart from the emulator's own code so that each checks the other:
 * symmetric key attestation and SAS tokens as documented for DPS and IoT Hub.
 */
public final class SymmetricKeys {
    private SymmetricKeys() {}

    /** A device's key of an enrollment group: HMAC-SHA256 of the registration id as given. */
    public static String derive(String base64GroupKey, String registrationId) {
        return hmac(base64GroupKey, registrationId);
    }

    /** The password for registering at DPS. */
    public static String provisioningToken(String idScope, String registrationId, String base64Key, Instant expiry) {
        String resource = encode(idScope) + "%2Fregistrations%2F" + encode(registrationId);
        return token(resource, base64Key, expiry) + "&skn=registration";
    }

    /** The password for connecting to a hub; device tokens carry no key name. */
    public static String hubToken(String hostName, String deviceId, String base64Key, Instant expiry) {
        return token(encode(hostName) + "%2Fdevices%2F" + encode(deviceId), base64Key, expiry);
    }

    private static String token(String resource, String base64Key, Instant expiry) {
        long seconds = expiry.getEpochSecond();
        String signature = hmac(base64Key, resource + "\n" + seconds);
        return "SharedAccessSignature sr=" + resource + "&sig=" + encode(signature) + "&se=" + seconds;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String hmac(String base64Key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(base64Key), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", missing);
        }
    }
}
