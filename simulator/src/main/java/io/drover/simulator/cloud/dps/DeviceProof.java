package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SasToken;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a device shows of itself.
 *
 * @param token its signature, or null
 * @param certificates the chain of the TLS handshake, its own first; looked at only without a token
 * @param tpm the TPM it says it has, or null
 */
public record DeviceProof(SasToken token, List<X509Certificate> certificates, TpmClaim tpm) {
    public DeviceProof {
        certificates = List.copyOf(certificates);
    }

    /** Of a device that has no TPM, or does not speak of it. */
    public DeviceProof(SasToken token, List<X509Certificate> certificates) {
        this(token, certificates, null);
    }

    /** The same with this TPM. */
    DeviceProof with(TpmClaim claim) {
        return new DeviceProof(token, certificates, claim);
    }

    /** A signature alone. */
    public static DeviceProof of(SasToken token) {
        return new DeviceProof(token, List.of());
    }
}
