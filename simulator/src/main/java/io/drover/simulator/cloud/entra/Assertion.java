package io.drover.simulator.cloud.entra;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/** A signed statement (JWT) with which a client proves itself; nothing in it is true before its signature was held against a key. */
record Assertion(JsonObject header, JsonObject claims, String signed, String signature) {
    private static final long CLOCK_SKEW_SECONDS = 300;
    private static final int SHA256_BYTES = 32;

    static Assertion parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3) {
            throw new EntraException(EntraError.ASSERTION_MALFORMED);
        }
        try {
            return new Assertion(decode(parts[0]), decode(parts[1]), parts[0] + "." + parts[1], parts[2]);
        } catch (DecodeException | ClassCastException | IllegalArgumentException malformed) {
            throw new EntraException(EntraError.ASSERTION_MALFORMED);
        }
    }

    /** A text of the claims; empty when there is none. */
    String claim(String name) {
        return claims.getValue(name) instanceof String text ? text : "";
    }

    /** Whether it is meant for one of these; the claim may be a list. */
    boolean isMeantFor(Set<String> audiences) {
        return claims.getValue("aud") instanceof JsonArray several
                ? several.stream().anyMatch(one -> audiences.contains(String.valueOf(one)))
                : audiences.contains(claim("aud"));
    }

    void requireSignature(PublicKey key) {
        if (!holds(key)) {
            throw new EntraException(EntraError.ASSERTION_SIGNATURE);
        }
    }

    void requireTime(Instant now) {
        long second = now.getEpochSecond();
        long notBefore = claims.getValue("nbf") instanceof Number from ? from.longValue() : second;
        long expiry = claims.getValue("exp") instanceof Number to ? to.longValue() : 0;
        if (second + CLOCK_SKEW_SECONDS < notBefore || second - CLOCK_SKEW_SECONDS >= expiry) {
            throw new EntraException(EntraError.ASSERTION_TIME);
        }
    }

    private boolean holds(PublicKey key) {
        try {
            Signature verifier;
            if ("PS256".equals(header.getValue("alg"))) {
                verifier = Signature.getInstance("RSASSA-PSS");
                verifier.setParameter(
                        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SHA256_BYTES, 1));
            } else if ("RS256".equals(header.getValue("alg"))) {
                verifier = Signature.getInstance("SHA256withRSA");
            } else {
                return false;
            }
            verifier.initVerify(key);
            verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
            return verifier.verify(Base64.getUrlDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException notSigned) {
            return false;
        }
    }

    private static JsonObject decode(String part) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }
}
