package io.drover.simulator.cloud.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Certificates as a manufacturer makes them: a root, an intermediate below it, devices below that; ECDSA, made anew in each run.
 *
 * @param keys those of the first certificate
 * @param chain from the certificate itself up to its root
 */
public record DeviceCertificates(KeyPair keys, List<X509Certificate> chain) {
    private static final Duration LIFETIME = Duration.ofHours(1);

    /** A self-signed authority. */
    public static DeviceCertificates root(String name) throws Exception {
        return make("CN=" + name, true, Instant.now().plus(LIFETIME), null);
    }

    /** A self-signed certificate that is no authority. */
    public static DeviceCertificates selfSigned(String commonName) throws Exception {
        return make("CN=" + commonName, false, Instant.now().plus(LIFETIME), null);
    }

    /** An authority below this one. */
    public DeviceCertificates authority(String name) throws Exception {
        return make("CN=" + name, true, Instant.now().plus(LIFETIME), this);
    }

    /** A certificate of a device, or of whoever proves to hold this authority's key. */
    public DeviceCertificates device(String commonName) throws Exception {
        return make("CN=" + commonName, false, Instant.now().plus(LIFETIME), this);
    }

    /** A device's certificate that ran out a minute ago. */
    public DeviceCertificates expired(String commonName) throws Exception {
        return make("CN=" + commonName, false, Instant.now().minus(Duration.ofMinutes(1)), this);
    }

    /** For a TLS client that shows this certificate. */
    public KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("device", keys.getPrivate(), new char[0], chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The certificate in PEM. */
    public String pem() {
        return pem("CERTIFICATE", encoded(certificate()));
    }

    /** The private key in PEM (PKCS#8). */
    public String privateKeyPem() {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** Key and chain, the root left out as devices do, for a Vert.x client. */
    public PemKeyCertOptions clientOptions() {
        StringBuilder shown = new StringBuilder(pem());
        for (X509Certificate issuer : chain.subList(1, Math.max(1, chain.size() - 1))) {
            shown.append(pem("CERTIFICATE", encoded(issuer)));
        }
        return new PemKeyCertOptions()
                .setKeyValue(Buffer.buffer(privateKeyPem()))
                .setCertValue(Buffer.buffer(shown.toString()));
    }

    private static DeviceCertificates make(String subject, boolean authority, Instant until, DeviceCertificates issuer)
            throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X500Name issuerName = new X500Name(
                issuer == null
                        ? subject
                        : issuer.certificate().getSubjectX500Principal().getName());
        var builder = new JcaX509v3CertificateBuilder(
                        issuerName,
                        new BigInteger(127, new SecureRandom()),
                        Date.from(until.minus(LIFETIME.multipliedBy(2))),
                        Date.from(until),
                        new X500Name(subject),
                        keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA")
                .build((issuer == null ? keys : issuer.keys()).getPrivate());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        if (issuer != null) {
            chain.addAll(issuer.chain());
        }
        return new DeviceCertificates(keys, List.copyOf(chain));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
