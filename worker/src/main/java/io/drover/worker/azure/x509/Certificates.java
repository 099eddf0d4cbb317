package io.drover.worker.azure.x509;

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

/** Reading, writing and naming of certificates. */
public final class Certificates {
    private static final int SHA1_DIGITS = 40;

    private Certificates() {}

    /**
     * Reads PEM with one or more certificates, or one DER in base64.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static List<X509Certificate> read(String text) {
        try {
            byte[] bytes = text.contains("-----BEGIN")
                    ? text.getBytes(StandardCharsets.US_ASCII)
                    : Base64.getMimeDecoder().decode(text);
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no certificate in it");
            }
            return found;
        } catch (CertificateException unreadable) {
            throw new IllegalArgumentException("not a certificate in PEM, nor its DER in base64", unreadable);
        }
    }

    /** Its DER in base64, as the services take it. */
    public static String base64(X509Certificate certificate) {
        return Base64.getEncoder().encodeToString(der(certificate));
    }

    /** SHA-1 over the DER in upper-case hexadecimal, the usual thumbprint. */
    public static String thumbprint(X509Certificate certificate) {
        return digest("SHA-1", certificate);
    }

    /** Whether this is the certificate's thumbprint, by SHA-1 or SHA-256 as its length tells; colons and case do not matter. */
    public static boolean hasThumbprint(X509Certificate certificate, String thumbprint) {
        String plain = plain(thumbprint);
        return plain.equals(digest(plain.length() == SHA1_DIGITS ? "SHA-1" : "SHA-256", certificate));
    }

    /** A thumbprint without colons and blanks, in upper case. */
    static String plain(String thumbprint) {
        return thumbprint.replaceAll("[:\\s]", "").toUpperCase(Locale.ROOT);
    }

    /** Whether it is signed by its own key, as a root is. */
    public static boolean isRoot(X509Certificate certificate) {
        if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException other) {
            return false;
        }
    }

    private static String digest(String algorithm, X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance(algorithm).digest(der(certificate)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + algorithm, missing);
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException unreadable) {
            throw new IllegalStateException("a certificate that was read can be encoded", unreadable);
        }
    }
}
