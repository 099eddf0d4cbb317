package io.drover.simulator.cloud.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The emulator's own certificate authority (ECDSA P-256). It is made on the first start and kept in the data directory, so that what
 * trusts it once keeps working; the server certificate is new at each start. Does file I/O: call it off the event loop.
 */
public final class CertificateAuthority {
    private static final String CERTIFICATE_FILE = "ca.pem";
    private static final String KEY_FILE = "ca-key.pem";
    private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SERVER_LIFETIME = Duration.ofDays(365);
    private static final String SUBJECT = "CN=Drover emulator CA";

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path certificateFile;
    private final Clock clock;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key, Path certificateFile, Clock clock) {
        this.certificate = certificate;
        this.key = key;
        this.certificateFile = certificateFile;
        this.clock = clock;
    }

    /** Opens the authority in the directory, making both on the first start. */
    public static CertificateAuthority openOrCreate(Path directory, Clock clock) throws IOException {
        Path certificateFile = directory.resolve(CERTIFICATE_FILE).toAbsolutePath();
        Path keyFile = directory.resolve(KEY_FILE);
        try {
            if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
                create(directory, certificateFile, keyFile, clock);
            }
            return new CertificateAuthority(readCertificate(certificateFile), readKey(keyFile), certificateFile, clock);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("The certificate authority in " + directory + " cannot be used", e);
        }
    }

    /** The file clients add to their trust. */
    public Path certificateFile() {
        return certificateFile;
    }

    /** A new server certificate for the DNS names (wildcards allowed), plus localhost and 127.0.0.1, as PEM. */
    public PemKeyCertOptions issueServerCertificate(List<String> dnsNames) throws IOException {
        ServerIdentity identity = issueServerIdentity(dnsNames);
        return new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(pem(new JcaPKCS8Generator(identity.key(), null))))
                .addCertValue(Buffer.buffer(pem(identity.certificate())));
    }

    /** As {@link #issueServerCertificate}, with its key as objects. */
    public ServerIdentity issueServerIdentity(List<String> dnsNames) throws IOException {
        // A day in the past, as a client's clock may be behind.
        return issue(dnsNames, clock.instant().minus(DAY), SERVER_LIFETIME);
    }

    /** A server certificate that ran out a day ago. */
    public ServerIdentity issueExpiredIdentity(List<String> dnsNames) throws IOException {
        return issue(dnsNames, clock.instant().minus(SERVER_LIFETIME).minus(DAY), SERVER_LIFETIME);
    }

    private ServerIdentity issue(List<String> dnsNames, Instant from, Duration lifetime) throws IOException {
        try {
            KeyPair pair = newKeys();
            X509v3CertificateBuilder builder = builder("CN=" + dnsNames.get(0), pair, from, lifetime)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(Extension.subjectAlternativeName, false, subjectNames(dnsNames));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
            return new ServerIdentity(pair.getPrivate(), sign(builder, key));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("The server certificate cannot be made", e);
        }
    }

    private static void create(Path directory, Path certificateFile, Path keyFile, Clock clock)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        Files.createDirectories(directory);
        KeyPair pair = newKeys();
        X509v3CertificateBuilder builder = builder(
                        SUBJECT, pair, clock.instant().minus(DAY), AUTHORITY_LIFETIME)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        writePrivately(keyFile, pem(new JcaPKCS8Generator(pair.getPrivate(), null)));
        Files.writeString(certificateFile, pem(sign(builder, pair.getPrivate())));
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }

    private static X509v3CertificateBuilder builder(String subject, KeyPair pair, Instant from, Duration lifetime)
            throws CertIOException {
        return new JcaX509v3CertificateBuilder(
                new X500Name(SUBJECT),
                new BigInteger(127, new SecureRandom()),
                Date.from(from),
                Date.from(from.plus(lifetime)),
                new X500Name(subject),
                pair.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static GeneralNames subjectNames(List<String> dnsNames) {
        GeneralName[] names = new GeneralName[dnsNames.size() + 2];
        for (int i = 0; i < dnsNames.size(); i++) {
            names[i] = new GeneralName(GeneralName.dNSName, dnsNames.get(i));
        }
        names[dnsNames.size()] = new GeneralName(GeneralName.dNSName, "localhost");
        names[dnsNames.size() + 1] = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
        return new GeneralNames(names);
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate readCertificate(Path file) throws IOException, GeneralSecurityException {
        if (readPem(file) instanceof X509CertificateHolder holder) {
            return new JcaX509CertificateConverter().getCertificate(holder);
        }
        throw new IOException(file + " holds no certificate; delete the directory to have a new authority made");
    }

    private static PrivateKey readKey(Path file) throws IOException {
        if (readPem(file) instanceof PrivateKeyInfo info) {
            return new JcaPEMKeyConverter().getPrivateKey(info);
        }
        throw new IOException(file + " holds no private key; delete the directory to have a new authority made");
    }

    private static Object readPem(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            return parser.readObject();
        }
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
