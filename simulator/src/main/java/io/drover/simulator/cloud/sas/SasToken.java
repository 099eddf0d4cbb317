package io.drover.simulator.cloud.sas;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A shared access signature, {@code SharedAccessSignature sr=…&sig=…&se=…[&skn=…]}, fields in any order. The signature
 * is checked over {@code sr} exactly as sent, because clients differ in the case of their percent-encoding.
 */
public final class SasToken {
    private static final String SCHEME = "SharedAccessSignature ";

    private final String signedResource;
    private final String resource;
    private final byte[] signature;
    private final String signedExpiry;
    private final Instant expiry;
    private final String keyName;

    private SasToken(String signedResource, byte[] signature, String signedExpiry, Instant expiry, String keyName) {
        this.signedResource = signedResource;
        this.resource = decode(signedResource);
        this.signature = signature;
        this.signedExpiry = signedExpiry;
        this.expiry = expiry;
        this.keyName = keyName;
    }

    /** The token in the text, or empty when it is none or lacks {@code sr}, {@code sig} or {@code se}. */
    public static Optional<SasToken> parse(String text) {
        if (text == null || !text.startsWith(SCHEME)) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        for (String pair : text.substring(SCHEME.length()).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                fields.put(pair.substring(0, equals).trim(), pair.substring(equals + 1));
            }
        }
        String resource = fields.get("sr");
        String signature = fields.get("sig");
        String expiry = fields.get("se");
        if (resource == null || signature == null || expiry == null) {
            return Optional.empty();
        }
        try {
            String keyName = fields.get("skn");
            return Optional.of(new SasToken(
                    resource,
                    Base64.getDecoder().decode(decode(signature)),
                    expiry,
                    Instant.ofEpochSecond(Long.parseLong(expiry)),
                    keyName == null ? null : decode(keyName)));
        } catch (IllegalArgumentException | java.time.DateTimeException malformed) {
            return Optional.empty();
        }
    }

    /** A token for the resource (not yet encoded), as devices and services write it; {@code keyName} may be null. */
    public static String sign(String resourceUri, String base64Key, Instant expiry, String keyName) {
        String resource = encode(resourceUri);
        String seconds = Long.toString(expiry.getEpochSecond());
        String signature = Base64.getEncoder().encodeToString(SymmetricKey.hmac(base64Key, resource + "\n" + seconds));
        String token = SCHEME + "sr=" + resource + "&sig=" + encode(signature) + "&se=" + seconds;
        return keyName == null ? token : token + "&skn=" + encode(keyName);
    }

    /** The resource the token is for, percent-decoded. */
    public String resource() {
        return resource;
    }

    /** When the token ends; the caller compares it with its own clock. */
    public Instant expiry() {
        return expiry;
    }

    /** The policy name, or null when the token carries none, as a device's does. */
    public String keyName() {
        return keyName;
    }

    /** Whether this key made the signature; says nothing about expiry. */
    public boolean signedBy(String base64Key) {
        return MessageDigest.isEqual(SymmetricKey.hmac(base64Key, signedResource + "\n" + signedExpiry), signature);
    }

    /** Whether one of the two keys made the signature. */
    public boolean signedBy(SymmetricKey key) {
        return signedBy(key.primary()) || signedBy(key.secondary());
    }

    @Override
    public String toString() {
        return "SasToken[resource=" + resource + ", expiry=" + expiry + ", keyName=" + keyName + "]";
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decode(String text) {
        // '+' is a plain character of base64 here, not a space of an HTML form.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
