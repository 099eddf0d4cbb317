package io.drover.simulator.fleet.sdk;

import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.OwnCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS context that trusts one authority and connects every host name to one port of one address, as curl's {@code --connect-to}
 * does: SNI and the host name check keep the asked-for name. It is for clients whose port is fixed and whose names must look real.
 */
public final class ConnectToSslContext extends SSLContext {

    private final Path authority;
    private final InetSocketAddress place;

    private ConnectToSslContext(SSLContext trusting, Path authority, InetSocketAddress place) {
        super(new Spi(trusting, place), trusting.getProvider(), trusting.getProtocol());
        this.authority = authority;
        this.place = place;
    }

    /** A context that trusts the PEM file's authority and connects to this port of loopback. */
    public static ConnectToSslContext of(Path authority, int port) throws GeneralSecurityException, IOException {
        return of(authority, port, null);
    }

    /** As the other, showing a certificate of these where the server asks for one; null shows none. */
    public static ConnectToSslContext of(Path authority, int port, KeyManager[] own)
            throws GeneralSecurityException, IOException {
        return of(authority, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), own);
    }

    /** As the others, connecting to this place. */
    public static ConnectToSslContext of(Path authority, InetSocketAddress place, KeyManager[] own)
            throws GeneralSecurityException, IOException {
        return new ConnectToSslContext(trusting(authority, own), authority, place);
    }

    /** The same for a device that proves itself: with its certificate, if that is its credential. Reads the authority again. */
    public SSLContext showing(DeviceCredential credential) throws GeneralSecurityException, IOException {
        return credential instanceof DeviceCredential.Certificate certificate
                ? of(authority, place, new KeyManager[] {new OwnCertificate(certificate)})
                : this;
    }

    /** A context that trusts the authority and connects where it is asked to. */
    public static SSLContext trusting(Path authority) throws GeneralSecurityException, IOException {
        return trusting(authority, null);
    }

    private static SSLContext trusting(Path authority, KeyManager[] own) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(own, trust.getTrustManagers(), null);
        return trusting;
    }

    private static final class Factory extends SSLSocketFactory {
        private final SSLSocketFactory tls;
        private final InetSocketAddress place;

        Factory(SSLSocketFactory tls, InetSocketAddress place) {
            this.tls = tls;
            this.place = place;
        }

        @Override
        public Socket createSocket() {
            return new ConnectToSslSocket(tls, place);
        }

        @Override
        public Socket createSocket(Socket connected, String host, int asked, boolean autoClose) throws IOException {
            return tls.createSocket(connected, host, asked, autoClose);
        }

        @Override
        public Socket createSocket(String host, int asked) throws IOException {
            return tls.createSocket(new Socket(place.getAddress(), place.getPort()), host, asked, true);
        }

        @Override
        public Socket createSocket(String host, int asked, InetAddress local, int localPort) throws IOException {
            return createSocket(host, asked);
        }

        @Override
        public Socket createSocket(InetAddress host, int asked) throws IOException {
            return createSocket(host.getHostName(), asked);
        }

        @Override
        public Socket createSocket(InetAddress host, int asked, InetAddress local, int localPort) throws IOException {
            return createSocket(host.getHostName(), asked);
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }
    }

    private static final class Spi extends SSLContextSpi {
        private final SSLContext trusting;
        private final InetSocketAddress place;

        Spi(SSLContext trusting, InetSocketAddress place) {
            this.trusting = trusting;
            this.place = place;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            throw new KeyManagementException("already initialized with its authority");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return new Factory(trusting.getSocketFactory(), place);
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return trusting.getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return trusting.createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int asked) {
            return trusting.createSSLEngine(host, asked);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return trusting.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return trusting.getClientSessionContext();
        }
    }
}
