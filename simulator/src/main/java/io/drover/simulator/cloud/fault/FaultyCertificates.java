package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.tls.ServerIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Chooses the certificate a listener shows at each handshake: the good one, or the expired one while that fault is on. */
public final class FaultyCertificates extends X509ExtendedKeyManager {
    private static final String GOOD = "good";
    private static final String EXPIRED = "expired";

    private final Faults faults;
    private final String listener;
    private final ServerIdentity good;
    private final ServerIdentity expired;

    /** @param listener https, mqtt or amqp, the service in patterns */
    public FaultyCertificates(Faults faults, String listener, ServerIdentity good, ServerIdentity expired) {
        this.faults = faults;
        this.listener = listener;
        this.good = good;
        this.expired = expired;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        if (!keyType.startsWith("EC")) {
            return null;
        }
        return faults.strikes(FaultKind.Point.CERTIFICATE, listener, listener, null, "handshake")
                        .isPresent()
                ? EXPIRED
                : GOOD;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {GOOD, EXPIRED};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[] {identity(alias).certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity(alias).key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }

    private ServerIdentity identity(String alias) {
        return EXPIRED.equals(alias) ? expired : good;
    }
}
