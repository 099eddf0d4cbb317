package io.drover.worker.azure.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ShownCertificateTest {
    @Test
    void aCertificateIsFoundByItsThumbprintHoweverThatIsWritten() throws Exception {
        X509Certificate own = TestAuthority.selfSigned("truck");
        X509Certificate other = TestAuthority.selfSigned("truck");
        String sha1 = hex("SHA-1", own);

        for (String thumbprint : List.of(
                sha1, sha1.toLowerCase(Locale.ROOT), sha1.replaceAll("(..)(?=.)", "$1:"), hex("SHA-256", own))) {
            ShownCertificate shown = ShownCertificate.of(thumbprint).orElseThrow();
            assertThat(shown.foundIn(List.of(other, own)).orElseThrow().certificate())
                    .isEqualTo(own);
            assertThat(shown.foundIn(List.of(other))).isEmpty();
        }
    }

    @Test
    void aPairIsWholeOnlyWhenBothAreFound() throws Exception {
        X509Certificate first = TestAuthority.selfSigned("truck");
        X509Certificate second = TestAuthority.selfSigned("truck");
        CertificatePair shown = CertificatePair.of(
                        new JsonObject().put("primary", thumbprint(first)).put("secondary", thumbprint(second)))
                .orElseThrow();

        assertThat(shown.foundIn(List.of(first))).isEmpty();
        CertificatePair whole = shown.foundIn(List.of(second, first)).orElseThrow();
        assertThat(whole.isSameAs(shown)).isTrue();
        assertThat(whole.toJson().getJsonObject("secondary").getString("certificate"))
                .isEqualTo(Certificates.base64(second));
        assertThat(CertificatePair.of(whole.toJson()).orElseThrow().isSameAs(shown))
                .isTrue();
        ShownCertificate primary = whole.secondary();
        ShownCertificate secondary = whole.primary();
        assertThat(new CertificatePair(primary, secondary).isSameAs(shown)).isFalse();
    }

    @Test
    void rootsAreToldFromIntermediatesBySignatureNotByName() throws Exception {
        TestAuthority root = TestAuthority.root("One name");

        assertThat(Certificates.isRoot(root.certificate())).isTrue();
        assertThat(Certificates.isRoot(root.intermediate("One name").certificate()))
                .isFalse();
    }

    private static JsonObject thumbprint(X509Certificate certificate) {
        return new JsonObject()
                .put("info", new JsonObject().put("sha1Thumbprint", Certificates.thumbprint(certificate)));
    }

    private static String hex(String algorithm, X509Certificate certificate) throws Exception {
        return HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
    }
}
