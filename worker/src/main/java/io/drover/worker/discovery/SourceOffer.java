package io.drover.worker.discovery;

import io.drover.worker.azure.GroupKeys;
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

    /** A symmetric-key enrollment group of the source. */
    record SourceGroup(String id, GroupKeys keys) {}
}
