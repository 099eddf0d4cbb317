package io.drover.worker.web;

import io.drover.worker.WorkerConfig.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's certificate from files that may be replaced while it runs. New connections get the new one; one that cannot be used at
 * two looks in a row is logged once, and the old one stays. Files are read off the event loop.
 */
public final class ServerTls {
    /** How often the files are looked at. */
    public static final Duration LOOK = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    private final Vertx vertx;
    private final Tls files;
    private final String section;
    private final Consumer<String> problems;
    private Content current;
    private String suspected;
    private String told;
    private boolean looking;

    private record Content(Buffer certificate, Buffer key) {
        private PemKeyCertOptions options() {
            return new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key);
        }

        /** Not the key. */
        @Override
        public String toString() {
            return "Content[" + certificate.length() + " bytes]";
        }
    }

    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message, null, false, false);
        }
    }

    /** @param section the configuration's name for it, such as {@code api.tls} */
    public ServerTls(Vertx vertx, Tls files, String section) {
        this(vertx, files, section, LOG::warn);
    }

    /** @param problems gets each problem once, when it is there at two looks in a row, until it is another or gone */
    ServerTls(Vertx vertx, Tls files, String section, Consumer<String> problems) {
        this.vertx = vertx;
        this.files = files;
        this.section = section;
        this.problems = problems;
    }

    /** What the server begins with. Fails with what to correct when the files are of no use. */
    public Future<PemKeyCertOptions> load() {
        return vertx.executeBlocking(this::read, false)
                .map(content -> {
                    current = content;
                    return content.options();
                })
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        section + ": " + cause.getMessage() + " Name a PEM certificate chain and its key.")));
    }

    /** Looks at the files as often from now on, until the context that calls this is closed. */
    public void follow(HttpServer server, Duration often) {
        vertx.setPeriodic(often.toMillis(), tick -> {
            if (!looking) {
                looking = true;
                look(server).onComplete(done -> looking = false);
            }
        });
    }

    /** One look. */
    Future<Void> look(HttpServer server) {
        return vertx.executeBlocking(this::contents, false)
                .compose(content -> content.equals(current) ? Future.succeededFuture() : take(server, content))
                .onSuccess(usable -> {
                    suspected = null;
                    told = null;
                })
                .recover(cause -> {
                    problem(cause.getMessage());
                    return Future.succeededFuture();
                });
    }

    private Future<Void> take(HttpServer server, Content content) {
        return vertx.executeBlocking(() -> checked(content), false)
                .compose(expiry -> server.updateSSLOptions(new ServerSSLOptions().setKeyCertOptions(content.options()))
                        .map(expiry))
                .onSuccess(expiry -> {
                    current = content;
                    LOG.info(
                            "{}: the certificate in {} is new and shown from now on, until {}",
                            section,
                            files.certificate(),
                            expiry);
                })
                .mapEmpty();
    }

    /** Told when the next look finds it too: a renewal replaces two files one after the other, and may be half way. */
    private void problem(String problem) {
        if (problem.equals(suspected) && !problem.equals(told)) {
            told = problem;
            problems.accept(section + ": the old certificate stays, as the new one is of no use: " + problem
                    + " Correct the files.");
        }
        suspected = problem;
    }

    private Content read() throws UnusableException {
        Content content = contents();
        checked(content);
        return content;
    }

    private Content contents() throws UnusableException {
        return new Content(bytes(files.certificate()), bytes(files.key()));
    }

    private static Buffer bytes(Path file) throws UnusableException {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            throw new UnusableException("there is no readable file " + file + ".");
        }
    }

    /** The JDK's TLS would notice a key of another certificate only when somebody connects. */
    private Instant checked(Content content) throws UnusableException {
        try {
            X509Certificate certificate = certificate(content.certificate());
            if (!fits(key(content.key()), certificate.getPublicKey())) {
                throw new UnusableException(files.key() + " is not the key of " + files.certificate() + ".");
            }
            Instant expiry = certificate.getNotAfter().toInstant();
            if (Instant.now().isAfter(expiry)) {
                throw new UnusableException(files.certificate() + " expired at " + expiry + ".");
            }
            return expiry;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException damaged) {
            throw new UnusableException(
                    files.certificate() + " and " + files.key() + " do not hold a PEM certificate and its key.");
        }
    }

    private X509Certificate certificate(Buffer pem) throws IOException, GeneralSecurityException, UnusableException {
        try (PEMParser parser = parser(pem)) {
            if (parser.readObject() instanceof X509CertificateHolder holder) {
                return new JcaX509CertificateConverter().getCertificate(holder);
            }
        }
        throw new UnusableException(files.certificate() + " does not begin with a PEM certificate.");
    }

    private PrivateKey key(Buffer pem) throws IOException, UnusableException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try (PEMParser parser = parser(pem)) {
            for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
                if (item instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (item instanceof PEMKeyPair pair) {
                    return converter.getKeyPair(pair).getPrivate();
                }
            }
        }
        throw new UnusableException(files.key() + " holds no PEM private key without a password.");
    }

    private static PEMParser parser(Buffer pem) {
        return new PEMParser(new StringReader(pem.toString(StandardCharsets.ISO_8859_1)));
    }

    private static boolean fits(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
        String algorithm = switch (open.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> open.getAlgorithm();
        };
        byte[] text = new byte[32];
        new SecureRandom().nextBytes(text);
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(secret);
        signing.update(text);
        Signature checking = Signature.getInstance(algorithm);
        checking.initVerify(open);
        checking.update(text);
        return checking.verify(signing.sign());
    }
}
