package io.drover.worker.azure.entra;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * The signed statement by which an app registration proves that it holds its certificate's key: PS256 and
 * {@code x5t#S256}, by "Microsoft identity platform application authentication certificate credentials".
 */
final class ClientAssertion {
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final int SALT_BYTES = 32;
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private ClientAssertion() {}

    static String sign(CertificateFile.Signer signer, String clientId, String audience, Instant now)
            throws GeneralSecurityException {
        byte[] thumbprint =
                MessageDigest.getInstance("SHA-256").digest(signer.certificate().getEncoded());
        JsonObject header =
                new JsonObject().put("alg", "PS256").put("typ", "JWT").put("x5t#S256", URL.encodeToString(thumbprint));
        JsonObject claims = new JsonObject()
                .put("aud", audience)
                .put("iss", clientId)
                .put("sub", clientId)
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", now.plus(LIFETIME).getEpochSecond());
        String text = part(header) + "." + part(claims);
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT_BYTES, 1));
        signature.initSign(signer.key());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + URL.encodeToString(signature.sign());
    }

    private static String part(JsonObject json) {
        return URL.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }
}
