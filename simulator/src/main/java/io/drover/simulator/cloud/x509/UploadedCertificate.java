package io.drover.simulator.cloud.x509;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** A certificate that a client sent to a service, with what the services show of it. */
public record UploadedCertificate(X509Certificate certificate) {
    private static final String PEM = "-----BEGIN CERTIFICATE-----";

    /**
     * Reads PEM, base64 of PEM, or base64 of DER.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public static UploadedCertificate parse(String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("certificate is required.");
        }
        try {
            byte[] bytes = text.contains(PEM)
                    ? text.getBytes(StandardCharsets.US_ASCII)
                    : Base64.getMimeDecoder().decode(text);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return new UploadedCertificate(
                    (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            throw new IllegalArgumentException("The certificate is neither PEM nor base64 of DER.", unreadable);
        }
    }

    /** Whether it may sign others, as its basic constraints say. */
    public boolean isAuthority() {
        return certificate.getBasicConstraints() >= 0;
    }

    /** SHA-1 in upper-case hexadecimal. */
    public String sha1Thumbprint() {
        return HexFormat.of().withUpperCase().formatHex(digest("SHA-1"));
    }

    /** SHA-256 in upper-case hexadecimal. */
    public String sha256Thumbprint() {
        return HexFormat.of().withUpperCase().formatHex(digest("SHA-256"));
    }

    /** The subject's common name; empty when it has none. */
    public String commonName() {
        return commonName(certificate.getSubjectX500Principal());
    }

    /** The issuer's common name; empty when it has none. */
    public String issuerCommonName() {
        return commonName(certificate.getIssuerX500Principal());
    }

    private static String commonName(X500Principal principal) {
        RDN[] names = X500Name.getInstance(principal.getEncoded()).getRDNs(BCStyle.CN);
        return names.length == 0
                ? ""
                : IETFUtils.valueToString(names[0].getFirst().getValue());
    }

    /**
     * Checks that whoever made the proof has this certificate's key: the proof is a valid certificate, signed by that key, whose
     * common name is the code.
     *
     * @throws IllegalArgumentException saying why it proves nothing
     */
    public void requireProof(UploadedCertificate proof, String code, Instant now) {
        if (!proof.commonName().equalsIgnoreCase(code)) {
            throw new IllegalArgumentException("The common name of the verification certificate is not the code "
                    + code.toLowerCase(Locale.ROOT) + ".");
        }
        try {
            proof.certificate().checkValidity(Date.from(now));
            proof.certificate().verify(certificate.getPublicKey());
        } catch (GeneralSecurityException notProven) {
            throw new IllegalArgumentException(
                    "The verification certificate is out of date or not signed by the uploaded one.", notProven);
        }
    }

    private byte[] digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a parsed certificate can be encoded", unreadable);
        }
    }
}
