package io.drover.simulator.cloud.x509;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority made for one test, and what it issues. RSA, because client assertions are signed so. */
public final class TestAuthority {
    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    public TestAuthority(String name) throws Exception {
        this.name = name;
        this.keys = newKeys();
        this.certificate = make(name, name, keys, keys.getPrivate(), true);
    }

    /** A certificate with its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {
        public String pem() throws IOException {
            return TestAuthority.pem(certificate);
        }

        public String keyPem() throws IOException {
            return TestAuthority.pem(new JcaPKCS8Generator(key, null));
        }
    }

    public String pem() throws IOException {
        return pem(certificate);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A certificate of this common name, signed by this authority. */
    public Issued issue(String commonName) throws Exception {
        KeyPair leaf = newKeys();
        return new Issued(make(commonName, name, leaf, keys.getPrivate(), false), leaf.getPrivate());
    }

    private static X509Certificate make(
            String subject, String issuer, KeyPair subjectKeys, PrivateKey signer, boolean authority) throws Exception {
        Instant from = Instant.now().minus(Duration.ofHours(1));
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                new BigInteger(120, new SecureRandom()),
                Date.from(from),
                Date.from(from.plus(Duration.ofDays(2))),
                new X500Name("CN=" + subject),
                subjectKeys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(signer)));
    }

    private static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
