package io.drover.worker.azure.hub;

import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The JRE's certificate authorities and those of one PEM file.
 *
 * <p>Microsoft's AMQP client (azure-core-amqp, {@code ConnectionHandler.addTransportLayers}) has no setting for trust:
 * it takes {@link SSLContext#getDefault()} for each new connection. So the worker installs this context once, when the
 * process starts, before the first connection.
 */
public final class TrustStore {
    private final SSLContext context;
    private final TrustManagerFactory trust;

    private TrustStore(SSLContext context, TrustManagerFactory trust) {
        this.context = context;
        this.trust = trust;
    }

    /**
     * Reads the file (blocking); null adds nothing to the JRE's.
     *
     * @throws IOException when the file cannot be read
     * @throws GeneralSecurityException when it holds no certificate, or TLS is not available
     */
    public static TrustStore defaultsAnd(Path pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate authority : defaults()) {
            store.setCertificateEntry("default-" + store.size(), authority);
        }
        for (Certificate authority : pem == null ? List.<Certificate>of() : read(pem)) {
            store.setCertificateEntry("added-" + store.size(), authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return new TrustStore(context, trust);
    }

    /** For clients of Vert.x. */
    public TrustOptions options() {
        return TrustOptions.wrap(trust.getTrustManagers()[0]);
    }

    /** For clients that can be given a context. */
    public SSLContext context() {
        return context;
    }

    /** Makes this the process's default; connections opened before keep what they had. */
    public void installAsDefault() {
        SSLContext.setDefault(context);
    }

    private static Collection<? extends Certificate> read(Path pem) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new GeneralSecurityException(pem + " holds no certificate; give a PEM file of CA certificates");
            }
            return found;
        }
    }

    private static X509Certificate[] defaults() throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init((KeyStore) null);
        for (var each : trust.getTrustManagers()) {
            if (each instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }
}
