package io.drover.worker.target;

import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.x509.CertificatePair;

/**
 * An enrollment group that the target needs so that a group of the source's devices is accepted there: with keys, or
 * with the certificates that sign the devices' own.
 *
 * @param keys null for a group with certificates
 * @param signing null for a group with keys
 * @param inline whether the source has the certificates in the group itself, without proof of possession
 * @param present whether it is already there with equal keys or certificates
 */
public record TargetEnrollment(
        String sourceGroup,
        String targetGroup,
        GroupKeys keys,
        CertificatePair signing,
        boolean inline,
        boolean present) {
    /** A group with keys. */
    public TargetEnrollment(String sourceGroup, String targetGroup, GroupKeys keys, boolean present) {
        this(sourceGroup, targetGroup, keys, null, false, present);
    }
}
