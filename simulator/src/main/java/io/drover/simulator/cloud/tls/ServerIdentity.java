package io.drover.simulator.cloud.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** A server certificate and its key. */
public record ServerIdentity(PrivateKey key, X509Certificate certificate) {
    @Override
    public String toString() {
        return "ServerIdentity[" + certificate.getSubjectX500Principal() + "]";
    }
}
