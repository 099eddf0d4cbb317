package io.drover.simulator.cloud.x509;

import io.vertx.core.json.JsonObject;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/** Uploaded authorities as ARM shows them (2022-02-05, 2023-06-30): times in RFC 1123, the certificate as DER in base64. */
public final class CaCertificateJson {
    private CaCertificateJson() {}

    /** Without an id; the verification code is shown only by {@link #withCode}. */
    public static JsonObject of(CaCertificate certificate, String type) {
        UploadedCertificate uploaded = new UploadedCertificate(certificate.certificate());
        JsonObject properties = new JsonObject()
                .put(
                        "subject",
                        certificate.certificate().getSubjectX500Principal().getName())
                .put("expiry", text(certificate.certificate().getNotAfter().toInstant()))
                .put("thumbprint", uploaded.sha1Thumbprint())
                .put("isVerified", certificate.isVerified())
                .put("certificate", encoded(certificate))
                .put("created", text(certificate.created()))
                .put("updated", text(certificate.updated()));
        return new JsonObject()
                .put("name", certificate.name())
                .put("type", type)
                .put("etag", certificate.etag())
                .put("properties", properties);
    }

    /** As the other, with the code that has been generated. */
    public static JsonObject withCode(CaCertificate certificate, String type) {
        JsonObject json = of(certificate, type);
        json.getJsonObject("properties").put("verificationCode", certificate.verificationCode());
        return json;
    }

    private static String encoded(CaCertificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(certificate.certificate().getEncoded());
        } catch (CertificateEncodingException unreadable) {
            throw new IllegalStateException("a parsed certificate can be encoded", unreadable);
        }
    }

    private static String text(Instant instant) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
    }
}
