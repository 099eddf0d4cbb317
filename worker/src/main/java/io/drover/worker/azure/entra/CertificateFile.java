package io.drover.worker.azure.entra;

import io.drover.worker.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file with a certificate and its RSA private key: PEM (PKCS#8, not encrypted), or PKCS#12. */
public final class CertificateFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private CertificateFile() {}

    /** A certificate with its key, which is never shown. */
    public record Signer(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return "Signer[certificate=" + certificate.getSubjectX500Principal() + "]";
        }
    }

    /** Why a file is of no use, for the person who named it. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    /**
     * Reads the file; blocks.
     *
     * @param password of PKCS#12; null for none
     */
    public static Signer read(Path file, Secret password) throws UnusableException {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new UnusableException("there is no readable file " + file + ".");
        }
        String text = new String(content, StandardCharsets.ISO_8859_1);
        Signer signer = text.contains("-----BEGIN ") ? pem(text, file) : pkcs12(content, file, password);
        if (!(signer.key() instanceof RSAKey key)
                || !(signer.certificate().getPublicKey() instanceof RSAKey open)
                || !key.getModulus().equals(open.getModulus())) {
            throw new UnusableException(
                    file + " does not hold an RSA key that belongs to its certificate; Entra takes no other.");
        }
        return signer;
    }

    private static Signer pem(String text, Path file) throws UnusableException {
        X509Certificate certificate = null;
        PrivateKey key = null;
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            String kind = block.group(1);
            try {
                byte[] der = Base64.getMimeDecoder().decode(block.group(2));
                if (kind.equals("CERTIFICATE") && certificate == null) {
                    certificate = (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
                } else if (kind.equals("PRIVATE KEY") && key == null) {
                    key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
                } else if (kind.endsWith("PRIVATE KEY")) {
                    throw new UnusableException(file + " holds its key as '" + kind
                            + "'. Convert it with openssl pkcs8 -topk8 -nodes, or use a PKCS#12 file.");
                }
            } catch (GeneralSecurityException | IllegalArgumentException damaged) {
                throw new UnusableException(file + " has a block '" + kind + "' that cannot be read as one of RSA.");
            }
        }
        if (certificate == null || key == null) {
            throw new UnusableException(
                    file + " holds no " + (certificate == null ? "certificate" : "private key") + ".");
        }
        return new Signer(certificate, key);
    }

    private static Signer pkcs12(byte[] content, Path file, Secret password) throws UnusableException {
        char[] secret = password == null ? new char[0] : password.value().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), secret);
            for (String alias : Collections.list(store.aliases())) {
                Certificate certificate = store.getCertificate(alias);
                if (store.isKeyEntry(alias)
                        && certificate instanceof X509Certificate x509
                        && store.getKey(alias, secret) instanceof PrivateKey key) {
                    return new Signer(x509, key);
                }
            }
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new UnusableException(file + " is neither PEM nor PKCS#12 that opens with the "
                    + (password == null ? "empty password; give clientCertificate.password." : "given password."));
        }
        throw new UnusableException(file + " holds no certificate with a private key.");
    }
}
