package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** X.509 certificates in the shapes of the wire. */
public final class CertificateJson {
    private CertificateJson() {}

    /**
     * Reads PEM, or DER in base64.
     *
     * @throws ProvisioningException BAD_REQUEST when it is no certificate
     */
    public static X509Certificate read(String text, String place) {
        try {
            byte[] bytes = text.contains("-----BEGIN")
                    ? text.getBytes(StandardCharsets.US_ASCII)
                    : Base64.getMimeDecoder().decode(text);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (CertificateException | IllegalArgumentException | ClassCastException unreadable) {
            throw JsonFields.bad(place + " must be an X.509 certificate in PEM, or its DER in base64.");
        }
    }

    /** DER in base64. */
    public static String encoded(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateException unreadable) {
            throw new IllegalStateException("a parsed certificate can be encoded", unreadable);
        }
    }

    /** X509CertificateInfo. */
    static JsonObject info(X509Certificate certificate) {
        return new JsonObject()
                .put("subjectName", certificate.getSubjectX500Principal().getName())
                .put("sha1Thumbprint", thumbprint(certificate, "SHA-1"))
                .put("sha256Thumbprint", thumbprint(certificate, "SHA-256"))
                .put("issuerName", certificate.getIssuerX500Principal().getName())
                .put("notBeforeUtc", certificate.getNotBefore().toInstant().toString())
                .put("notAfterUtc", certificate.getNotAfter().toInstant().toString())
                .put("serialNumber", certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT))
                .put("version", certificate.getVersion());
    }

    /** X509RegistrationResult: what a device showed, and the group that took it (null for an individual enrollment). */
    static JsonObject registrationResult(List<X509Certificate> chain, String groupId) {
        JsonObject json = new JsonObject();
        if (!chain.isEmpty()) {
            json.put("certificateInfo", info(chain.get(0)));
        }
        if (groupId != null) {
            json.put("enrollmentGroupId", groupId);
            if (chain.size() > 1) {
                json.put("signingCertificateInfo", info(chain.get(1)));
            }
        }
        return json;
    }

    /** Digest in upper-case hexadecimal. */
    public static String thumbprint(X509Certificate certificate, String algorithm) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has " + algorithm, missing);
        }
    }
}
