package io.drover.worker.auth;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Seals what a browser keeps for this process: nobody else reads or changes it (AES-256-GCM). The key lives as long as the process. */
final class Seal {
    private static final int KEY_BYTES = 32;
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random;
    private final SecretKey key;

    Seal(SecureRandom random) {
        this.random = random;
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "AES");
    }

    String close(JsonObject content) {
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(iv);
        try {
            Buffer sealed = Buffer.buffer(iv)
                    .appendBytes(cipher(Cipher.ENCRYPT_MODE, iv)
                            .doFinal(content.toBuffer().getBytes()));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.getBytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES/GCM", e);
        }
    }

    /** Empty for what this process did not seal. */
    Optional<JsonObject> open(String text) {
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(text);
            if (sealed.length <= IV_BYTES) {
                return Optional.empty();
            }
            byte[] iv = java.util.Arrays.copyOf(sealed, IV_BYTES);
            return Optional.of(new JsonObject(Buffer.buffer(
                    cipher(Cipher.DECRYPT_MODE, iv).doFinal(sealed, IV_BYTES, sealed.length - IV_BYTES))));
        } catch (GeneralSecurityException | IllegalArgumentException | DecodeException notOurs) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
        return cipher;
    }
}
