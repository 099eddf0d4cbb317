package io.drover.simulator.fleet.credential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.operator.ContentSigner;

/**
 * A certificate (ECDSA P-256) that the same bits make the same in every process: the key from the bits, the signature with the nonce
 * of RFC 6979, the times fixed. About a millisecond each.
 */
final class SeededCertificate {
    private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2049-01-01T00:00:00Z");
    private static final int SERIAL_BYTES = 15;
    private static final ECNamedDomainParameters CURVE = new ECNamedDomainParameters(
            SECObjectIdentifiers.secp256r1, CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));
    private static final ECParameterSpec JAVA_CURVE = javaCurve();

    private final ECPrivateKeyParameters key;
    private final X500Name subject;
    private final X509Certificate certificate;

    private SeededCertificate(ECPrivateKeyParameters key, X500Name subject, X509Certificate certificate) {
        this.key = key;
        this.subject = subject;
        this.certificate = certificate;
    }

    /** One that signs itself. */
    static SeededCertificate selfSigned(String commonName, boolean authority, byte[] bits) {
        return make(commonName, authority, bits, null);
    }

    /** One below this authority. */
    SeededCertificate issue(String commonName, boolean authority, byte[] bits) {
        return make(commonName, authority, bits, this);
    }

    X509Certificate certificate() {
        return certificate;
    }

    PrivateKey privateKey() {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(key.getD(), JAVA_CURVE));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has P-256", missing);
        }
    }

    /** @param bits 64 evenly spread bytes, so that the key is as good as any */
    private static SeededCertificate make(String commonName, boolean authority, byte[] bits, SeededCertificate issuer) {
        BigInteger secret = new BigInteger(1, bits)
                .mod(CURVE.getN().subtract(BigInteger.ONE))
                .add(BigInteger.ONE);
        ECPrivateKeyParameters own = new ECPrivateKeyParameters(secret, CURVE);
        ECPublicKeyParameters shared =
                new ECPublicKeyParameters(new FixedPointCombMultiplier().multiply(CURVE.getG(), secret), CURVE);
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                            issuer == null ? name : issuer.subject,
                            new BigInteger(1, Arrays.copyOf(bits, SERIAL_BYTES)).add(BigInteger.ONE),
                            Date.from(FROM),
                            Date.from(UNTIL),
                            name,
                            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(shared))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                    .addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            X509Certificate signed = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new Signer(issuer == null ? own : issuer.key)));
            return new SeededCertificate(own, name, signed);
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a certificate just made can be read", unreadable);
        } catch (IOException unencodable) {
            throw new UncheckedIOException(unencodable);
        }
    }

    private static ECParameterSpec javaCurve() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java runtime has P-256", missing);
        }
    }

    /** ECDSA with SHA-256 whose nonce depends on key and content alone. */
    private static final class Signer implements ContentSigner {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream(512);
        private final DSADigestSigner signer =
                new DSADigestSigner(new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest())), new SHA256Digest());

        Signer(ECPrivateKeyParameters key) {
            signer.init(true, key);
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            byte[] bytes = content.toByteArray();
            signer.update(bytes, 0, bytes.length);
            return signer.generateSignature();
        }
    }
}
