package io.drover.simulator.cloud.x509;

import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * An authority uploaded to a service.
 *
 * @param verificationCode what its owner must have signed, null when none was generated
 */
public record CaCertificate(
        String name,
        X509Certificate certificate,
        boolean isVerified,
        String verificationCode,
        Instant created,
        Instant updated,
        String etag) {

    CaCertificate awaiting(String code, Instant now, String newEtag) {
        return new CaCertificate(name, certificate, false, code, created, now, newEtag);
    }

    CaCertificate verified(Instant now, String newEtag) {
        return new CaCertificate(name, certificate, true, null, created, now, newEtag);
    }
}
