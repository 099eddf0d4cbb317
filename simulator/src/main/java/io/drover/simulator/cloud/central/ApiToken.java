package io.drover.simulator.cloud.central;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** An API token without its value, of which only a digest is kept: the value is shown once, when the token is made. */
record ApiToken(String id, List<RoleAssignment> roles, Instant expiry, String digest) {
    ApiToken {
        roles = List.copyOf(roles);
    }

    static String digestOf(String value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    boolean hasValue(String value) {
        return MessageDigest.isEqual(
                digest.getBytes(StandardCharsets.US_ASCII), digestOf(value).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return "ApiToken[" + id + ", expiry=" + expiry + "]";
    }
}
