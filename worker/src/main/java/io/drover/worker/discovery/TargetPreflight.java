package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.target.MigrationTarget;
import io.vertx.core.Future;
import java.util.Optional;

/** Checks a target: first that it is there, then that it can accept what the source offers. Reads only. */
interface TargetPreflight {
    /** The provisioning service of one's own that the target is; empty for an application. */
    Optional<ProvisioningResource> provisioningService();

    /**
     * Compares what the source offers with what is there.
     *
     * @param signing certificates and keys of the source's authorities that are at hand
     */
    Future<MigrationTarget> target(SourceOffer offer, SigningFiles signing, WorkerConfig.Migration migration);
}
