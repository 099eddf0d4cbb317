package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SasToken;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a device shows of itself.
 *
 * @param token its signature, or null
 * @param certificates the chain of the TLS handshake, its own first; looked at only without a token
 */
public record DeviceProof(SasToken token, List<X509Certificate> certificates) {
    public DeviceProof {
        certificates = List.copyOf(certificates);
    }

    /** A signature alone. */
    public static DeviceProof of(SasToken token) {
        return new DeviceProof(token, List.of());
    }
}
