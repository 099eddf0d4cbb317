package io.drover.simulator.fleet.credential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.function.UnaryOperator;
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
        byte[] key = signer(base64GroupKey).apply(registrationId.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(key);
    }

    /** The password for registering at DPS. */
    public static String provisioningToken(String idScope, String registrationId, String base64Key, Instant expiry) {
        return provisioningToken(idScope, registrationId, signer(base64Key), expiry);
    }

    /** The same, signed by whatever holds the key. */
    public static String provisioningToken(
            String idScope, String registrationId, UnaryOperator<byte[]> signer, Instant expiry) {
        String resource = encode(idScope) + "%2Fregistrations%2F" + encode(registrationId);
        return token(resource, signer, expiry) + "&skn=registration";
    }

    /** The password for connecting to a hub; device tokens carry no key name. */
    public static String hubToken(String hostName, String deviceId, String base64Key, Instant expiry) {
        return hubToken(hostName, deviceId, signer(base64Key), expiry);
    }

    /** The same, signed by whatever holds the key. */
    public static String hubToken(String hostName, String deviceId, UnaryOperator<byte[]> signer, Instant expiry) {
        return token(encode(hostName) + "%2Fdevices%2F" + encode(deviceId), signer, expiry);
    }

    private static String token(String resource, UnaryOperator<byte[]> signer, Instant expiry) {
        long seconds = expiry.getEpochSecond();
        byte[] signed = signer.apply((resource + "\n" + seconds).getBytes(StandardCharsets.UTF_8));
        String signature = Base64.getEncoder().encodeToString(signed);
        return "SharedAccessSignature sr=" + resource + "&sig=" + encode(signature) + "&se=" + seconds;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static UnaryOperator<byte[]> signer(String base64Key) {
        return data -> {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(Base64.getDecoder().decode(base64Key), "HmacSHA256"));
                return mac.doFinal(data);
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("every Java runtime has HmacSHA256", missing);
            }
        };
    }
}
