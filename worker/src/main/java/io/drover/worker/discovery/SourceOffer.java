package io.drover.worker.discovery;

import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.source.MigrationSource;
import java.util.List;

/**
 * What preflight found at the source.
 *
 * @param name of the service, which the names of the target's enrollment groups carry
 * @param groups through which its devices came and which the target must accept
 */
record SourceOffer(MigrationSource source, String name, List<SourceGroup> groups) {
    SourceOffer {
        groups = List.copyOf(groups);
    }

    /**
     * An enrollment group of the source.
     *
     * @param keys null for a group with certificates
     * @param signing the whole certificates; null for a group with keys
     * @param inline whether the certificates stand in the group itself, without proof of possession
     */
    record SourceGroup(String id, GroupKeys keys, CertificatePair signing, boolean inline) {
        /** A group with keys. */
        SourceGroup(String id, GroupKeys keys) {
            this(id, keys, null, false);
        }

        /** A group with certificates. */
        SourceGroup(String id, CertificatePair signing, boolean inline) {
            this(id, null, signing, inline);
        }
    }
}
