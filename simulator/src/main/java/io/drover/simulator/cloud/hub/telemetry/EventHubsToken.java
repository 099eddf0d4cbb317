package io.drover.simulator.cloud.hub.telemetry;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A shared access signature as Event Hubs clients make it: HMAC-SHA256 over {@code sr + "\n" + se}, where the key is
 * the text of the key itself. (IoT Hub's own tokens sign with the decoded key, so this is another class.)
 */
final class EventHubsToken {
    private static final String PREFIX = "SharedAccessSignature ";

    private final String signedResource;
    private final String resource;
    private final String expiryText;
    private final Instant expiry;
    private final String keyName;
    private final byte[] signature;

    private EventHubsToken(Map<String, String> parts) {
        signedResource = parts.get("sr");
        resource = decode(signedResource);
        expiryText = parts.get("se");
        expiry = Instant.ofEpochSecond(Long.parseLong(expiryText));
        keyName = decode(parts.get("skn"));
        signature = Base64.getDecoder().decode(decode(parts.get("sig")));
    }

    /** Empty when a part is missing or cannot be read. */
    static Optional<EventHubsToken> parse(String token) {
        if (!token.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Map<String, String> parts = new HashMap<>();
        for (String part : token.substring(PREFIX.length()).split("&", 8)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        if (!parts.containsKey("sr")
                || !parts.containsKey("se")
                || !parts.containsKey("skn")
                || !parts.containsKey("sig")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EventHubsToken(parts));
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            return Optional.empty();
        }
    }

    /** For instance {@code amqp://ihsuprod-hub.servicebus.test/hub/ConsumerGroups/$Default/Partitions/0}. */
    String resource() {
        return resource;
    }

    Instant expiry() {
        return expiry;
    }

    String keyName() {
        return keyName;
    }

    boolean signedBy(String key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] expected = mac.doFinal((signedResource + "\n" + expiryText).getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(expected, signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 belongs to every JRE", e);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
