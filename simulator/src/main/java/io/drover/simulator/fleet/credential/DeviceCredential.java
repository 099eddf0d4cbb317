package io.drover.simulator.fleet.credential;

import io.drover.simulator.tpm.SoftwareTpm;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** What one device proves itself with, at the Device Provisioning Service and at its hub. */
public sealed interface DeviceCredential {
    /** A symmetric key in base64. */
    record Key(String base64) implements DeviceCredential {
        @Override
        public String toString() {
            return "Key[]";
        }
    }

    /** A TPM; it holds the key it was last given, and signs with it. */
    record Tpm(SoftwareTpm tpm) implements DeviceCredential {}

    /** A private key with its certificate, followed by those of the authorities between it and the trusted one. */
    record Certificate(PrivateKey key, List<X509Certificate> chain) implements DeviceCredential {
        /** Keeps its own copy of the chain. */
        public Certificate {
            chain = List.copyOf(chain);
        }

        /** The device's own certificate. */
        public X509Certificate own() {
            return chain.get(0);
        }

        @Override
        public String toString() {
            return "Certificate[" + own().getSubjectX500Principal() + "]";
        }
    }
}
