package io.drover.simulator.fleet.credential;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** The authority of an enrollment group: a root that the group trusts, and an intermediate below it that signs the devices. */
public final class FleetAuthority {
    private final SeededCertificate root;
    private final SeededCertificate intermediate;

    FleetAuthority(SeededCertificate root, SeededCertificate intermediate) {
        this.root = root;
        this.intermediate = intermediate;
    }

    /** The certificate that the enrollment group trusts. */
    public X509Certificate certificate() {
        return root.certificate();
    }

    /** Its key, with which possession is proven. */
    public PrivateKey key() {
        return root.privateKey();
    }

    DeviceCredential.Certificate issue(String deviceId, byte[] bits) {
        SeededCertificate own = intermediate.issue(deviceId, false, bits);
        return new DeviceCredential.Certificate(
                own.privateKey(), List.of(own.certificate(), intermediate.certificate()));
    }
}
