package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.x509.UploadedCertificate;
import java.util.Map;
import java.util.TreeMap;

/**
 * An enrollment group whose devices prove themselves with certificates of one of two authorities, of which those count whose owner
 * has proven to have the key. Immutable.
 *
 * @param certificates by entry, {@code primary} or {@code secondary}
 * @param revision counts changes; shown as the etag
 */
record X509Group(
        String id,
        String displayName,
        boolean enabled,
        boolean iotEdge,
        Map<String, SigningCertificate> certificates,
        long revision) {

    /**
     * A certificate of an authority.
     *
     * @param verificationCode what a proof must name; null until one is asked for
     */
    record SigningCertificate(
            UploadedCertificate certificate, boolean verified, String verificationCode, long revision) {
        String etag() {
            return "\"" + Long.toHexString(revision) + "\"";
        }
    }

    X509Group {
        certificates = Map.copyOf(certificates);
    }

    String etag() {
        return "\"" + Long.toHexString(revision) + "\"";
    }

    /** With this certificate in place of the entry's; null removes it. */
    X509Group with(String entry, SigningCertificate certificate) {
        Map<String, SigningCertificate> changed = new TreeMap<>(certificates);
        if (certificate == null) {
            changed.remove(entry);
        } else {
            changed.put(entry, certificate);
        }
        return new X509Group(id, displayName, enabled, iotEdge, changed, revision + 1);
    }
}
