package io.drover.worker.azure.x509;

import java.io.IOException;
import java.io.Reader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority whose private key is at hand, so that possession can be proved; the key is never shown. Methods block. */
public final class Authority {
    private static final Duration VALID = Duration.ofDays(1);
    private static final int SERIAL_BITS = 120;

    private final X509Certificate certificate;
    private final PrivateKey key;

    private Authority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Reads the private key from a PEM file without password and holds it against the certificate.
     *
     * @throws IllegalArgumentException when there is no such key in the file, or it belongs to another certificate
     */
    public static Authority of(X509Certificate certificate, Path pem) {
        Authority authority = new Authority(certificate, key(pem));
        try {
            authority.sign("check", Instant.now()).verify(certificate.getPublicKey());
            return authority;
        } catch (GeneralSecurityException | IllegalStateException other) {
            throw new IllegalArgumentException(
                    pem + " is not the private key of the certificate " + Certificates.thumbprint(certificate), other);
        }
    }

    private static PrivateKey key(Path pem) {
        try (Reader reader = Files.newBufferedReader(pem, StandardCharsets.US_ASCII);
                PEMParser parser = new PEMParser(reader)) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
                if (item instanceof PEMKeyPair pair) {
                    return converter.getKeyPair(pair).getPrivate();
                }
                if (item instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
            }
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(pem + " cannot be read as PEM", unreadable);
        }
        throw new IllegalArgumentException(pem + " holds no private key without a password");
    }

    /** Whether it is this certificate's. */
    public boolean is(X509Certificate other) {
        return certificate.equals(other);
    }

    /** The certificate that proves possession: its common name is the service's verification code. */
    public X509Certificate prove(String verificationCode) {
        return sign(verificationCode, Instant.now());
    }

    private X509Certificate sign(String commonName, Instant now) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair fresh = generator.generateKeyPair();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new JcaX509CertificateHolder(certificate).getSubject(),
                    new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1),
                    Date.from(now.minus(VALID)),
                    Date.from(now.plus(VALID)),
                    new X500NameBuilder().addRDN(BCStyle.CN, commonName).build(),
                    fresh.getPublic());
            String algorithm = switch (key.getAlgorithm()) {
                case "EC", "ECDSA" -> "SHA256withECDSA";
                case "RSA" -> "SHA256withRSA";
                default -> key.getAlgorithm();
            };
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign with the authority's key (" + key.getAlgorithm() + ")", e);
        }
    }

    @Override
    public String toString() {
        return "Authority[" + Certificates.thumbprint(certificate) + "]";
    }
}
