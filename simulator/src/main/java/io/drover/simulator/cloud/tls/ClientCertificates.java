package io.drover.simulator.cloud.tls;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Certificates that devices show in the TLS handshake. Listeners ask for one and take any: the handshake proves that the device holds
 * the private key, and whether hub or provisioning service know the certificate is for them to judge, as in Azure.
 */
public final class ClientCertificates {
    private ClientCertificates() {}

    /** Makes the listener ask for a certificate without insisting on one. */
    public static void request(NetServerOptions options) {
        options.setClientAuth(ClientAuth.REQUEST);
        options.setTrustOptions(TrustOptions.wrap(new AnyClient()));
    }

    /** Trusts every client certificate, as the listeners do. */
    public static X509ExtendedTrustManager anyClient() {
        return new AnyClient();
    }

    /** The chain the peer showed, its own certificate first; empty when it showed none or there is no TLS. Thread-safe. */
    public static List<X509Certificate> of(SSLSession session) {
        if (session == null) {
            return List.of();
        }
        try {
            List<X509Certificate> chain = new ArrayList<>(3);
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
            return List.copyOf(chain);
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    /** Names no authorities, so that a client offers whatever certificate it has, and refuses none. */
    private static final class AnyClient extends X509ExtendedTrustManager {
        private static final X509Certificate[] NO_ISSUERS = {};

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("only for servers");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw new UnsupportedOperationException("only for servers");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new UnsupportedOperationException("only for servers");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return NO_ISSUERS;
        }
    }
}
