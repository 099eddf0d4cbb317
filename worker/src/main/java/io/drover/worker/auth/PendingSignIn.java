package io.drover.worker.auth;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;

/**
 * A sign-in that a browser has begun and Entra has not yet answered. It waits in the browser, sealed, so that what nobody finishes
 * costs the worker nothing.
 *
 * @param state that Entra hands back
 * @param nonce that the id token must hold
 * @param verifier of PKCE, for who redeems the code
 * @param returnTo a local path
 * @param until when it is void
 */
record PendingSignIn(String state, String nonce, String verifier, String returnTo, Instant until) {
    private static final int BYTES = 32;

    static PendingSignIn begin(SecureRandom random, String returnTo, Instant until) {
        return new PendingSignIn(text(random), text(random), text(random), returnTo, until);
    }

    /** The challenge of the verifier by the method S256. */
    String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    JsonObject json() {
        return new JsonObject()
                .put("s", state)
                .put("n", nonce)
                .put("v", verifier)
                .put("r", returnTo)
                .put("u", until.getEpochSecond());
    }

    static PendingSignIn of(JsonObject json) {
        return new PendingSignIn(
                json.getString("s"),
                json.getString("n"),
                json.getString("v"),
                json.getString("r"),
                Instant.ofEpochSecond(json.getLong("u")));
    }

    /** Not to be guessed, and fit for a URL. */
    static String text(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Without the texts that must not be seen. */
    @Override
    public String toString() {
        return "PendingSignIn[returnTo=" + returnTo + ", until=" + until + "]";
    }
}
