package io.drover.simulator.cloud.entra;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** RSA keys of the emulated Entra: one signs, and it and the one before are published and believed. Thread-safe. */
final class SigningKeys {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int BITS = 2048;

    private volatile List<Key> keys = List.of(Key.make());

    /** A key by its thumbprint. */
    record Key(String id, KeyPair pair) {
        private static Key make() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(BITS);
                KeyPair pair = generator.generateKeyPair();
                byte[] thumbprint = MessageDigest.getInstance("SHA-256")
                        .digest(pair.getPublic().getEncoded());
                return new Key(ENCODER.encodeToString(thumbprint), pair);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java runtime can make RSA keys and has SHA-256", e);
            }
        }

        byte[] sign(String text) {
            try {
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initSign(pair.getPrivate());
                signature.update(text.getBytes(StandardCharsets.US_ASCII));
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java runtime can sign with SHA256withRSA", e);
            }
        }

        private boolean holds(String text, byte[] value) {
            try {
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initVerify(pair.getPublic());
                signature.update(text.getBytes(StandardCharsets.US_ASCII));
                return signature.verify(value);
            } catch (GeneralSecurityException malformed) {
                return false;
            }
        }

        private JsonObject published(String issuer) {
            RSAPublicKey key = (RSAPublicKey) pair.getPublic();
            return new JsonObject()
                    .put("kty", "RSA")
                    .put("use", "sig")
                    .put("kid", id)
                    .put("x5t", id)
                    .put("n", ENCODER.encodeToString(unsigned(key.getModulus().toByteArray())))
                    .put(
                            "e",
                            ENCODER.encodeToString(
                                    unsigned(key.getPublicExponent().toByteArray())))
                    .put("issuer", issuer);
        }
    }

    Key current() {
        return keys.get(0);
    }

    synchronized void rotate() {
        keys = List.of(Key.make(), keys.get(0));
    }

    /** Whether a published key of this id signed the text. */
    boolean holds(Object id, String text, byte[] signature) {
        return keys.stream().anyMatch(key -> key.id().equals(id) && key.holds(text, signature));
    }

    /** Whether what a key of this id signed is still believed. */
    boolean publishes(String id) {
        return keys.stream().anyMatch(key -> key.id().equals(id));
    }

    JsonObject published(String issuer) {
        JsonArray list = new JsonArray();
        keys.forEach(key -> list.add(key.published(issuer)));
        return new JsonObject().put("keys", list);
    }

    private static byte[] unsigned(byte[] twosComplement) {
        return twosComplement.length > 1 && twosComplement[0] == 0
                ? Arrays.copyOfRange(twosComplement, 1, twosComplement.length)
                : twosComplement;
    }
}
