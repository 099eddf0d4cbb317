package io.drover.worker.azure.x509;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates of a test, made when asked for. */
public final class TestAuthority {
    private final X509Certificate certificate;
    private final KeyPair keys;
    private final String algorithm;

    private TestAuthority(X509Certificate certificate, KeyPair keys, String algorithm) {
        this.certificate = certificate;
        this.keys = keys;
        this.algorithm = algorithm;
    }

    /** A root with an EC key. */
    public static TestAuthority root(String name) throws Exception {
        return root(name, ec(), "SHA256withECDSA");
    }

    /** A root with an RSA key. */
    public static TestAuthority rsaRoot(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return root(name, generator.generateKeyPair(), "SHA256withRSA");
    }

    private static TestAuthority root(String name, KeyPair keys, String algorithm) throws Exception {
        return new TestAuthority(certificate(name, name, keys, keys.getPrivate(), algorithm, true), keys, algorithm);
    }

    /** An authority that this one has signed. */
    public TestAuthority intermediate(String name) throws Exception {
        KeyPair own = ec();
        String issuer = certificate.getSubjectX500Principal().getName().substring("CN=".length());
        return new TestAuthority(
                certificate(name, issuer, own, keys.getPrivate(), algorithm, true), own, "SHA256withECDSA");
    }

    /** A certificate that a device has signed itself. */
    public static X509Certificate selfSigned(String name) throws Exception {
        KeyPair own = ec();
        return certificate(name, name, own, own.getPrivate(), "SHA256withECDSA", false);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** PKCS #8. */
    public String keyPem() {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    public static String pem(X509Certificate certificate) throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String name, byte[] der) {
        return "-----BEGIN " + name + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + name
                + "-----\n";
    }

    private static KeyPair ec() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            String name, String issuer, KeyPair own, PrivateKey signer, String algorithm, boolean authority)
            throws Exception {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minus(1, ChronoUnit.DAYS)),
                Date.from(now.plus(365, ChronoUnit.DAYS)),
                new X500Name("CN=" + name),
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer)));
    }
}
