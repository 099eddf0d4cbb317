package io.drover.worker.azure.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityIT {
    @TempDir
    Path directory;

    @Test
    void theProofIsSignedByTheAuthorityAndNamedByTheCode() throws Exception {
        for (TestAuthority root : new TestAuthority[] {TestAuthority.root("Root"), TestAuthority.rsaRoot("Root")}) {
            X509Certificate proof = Authority.of(root.certificate(), key(root)).prove("0123456789ABCDEF");

            proof.verify(root.certificate().getPublicKey());
            proof.checkValidity();
            assertThat(proof.getSubjectX500Principal().getName()).isEqualTo("CN=0123456789ABCDEF");
            assertThat(proof.getIssuerX500Principal())
                    .isEqualTo(root.certificate().getSubjectX500Principal());
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedAndNoKeyIsEverShown() throws Exception {
        TestAuthority root = TestAuthority.root("Root");
        Path other = key(TestAuthority.root("Root"));
        Path none = Files.writeString(directory.resolve("none.pem"), TestAuthority.pem(root.certificate()));

        assertThatThrownBy(() -> Authority.of(root.certificate(), other))
                .hasMessageContaining("is not the private key of the certificate");
        assertThatThrownBy(() -> Authority.of(root.certificate(), none))
                .hasMessageContaining("holds no private key without a password");
        assertThat(Authority.of(root.certificate(), key(root)))
                .hasToString("Authority[" + Certificates.thumbprint(root.certificate()) + "]");
    }

    private Path key(TestAuthority authority) throws IOException {
        return Files.writeString(directory.resolve("key-" + System.nanoTime() + ".pem"), authority.keyPem());
    }
}
