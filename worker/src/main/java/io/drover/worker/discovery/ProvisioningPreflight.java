package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.target.CertificateProof;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.ProvisioningTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checks a target that is a provisioning service with its linked hubs. Reads only. */
final class ProvisioningPreflight implements TargetPreflight {
    /** A person is waited for, and the limits are wide. */
    static final Duration PROOF_INTERVAL = Duration.ofSeconds(5);

    private final AzureClients azure;
    private final ProvisioningResource resource;
    private final List<HubResource> hubs;
    private final Vertx vertx;

    private ProvisioningPreflight(
            Vertx vertx, AzureClients azure, ProvisioningResource resource, List<HubResource> hubs) {
        this.vertx = vertx;
        this.azure = azure;
        this.resource = resource;
        this.hubs = List.copyOf(hubs);
    }

    /** Finds the service and its hubs. */
    static Future<TargetPreflight> of(Vertx vertx, AzureClients azure, List<String> subscriptions, String name) {
        ArmClient arm = azure.arm();
        return arm.provisioningService(subscriptions, name, "migration.target.provisioningService")
                .compose(resource -> hubs(azure, subscriptions, resource)
                        .map(hubs -> new ProvisioningPreflight(vertx, azure, resource, hubs)));
    }

    private static Future<List<HubResource>> hubs(
            AzureClients azure, List<String> subscriptions, ProvisioningResource resource) {
        if (resource.linkedHubs().isEmpty()) {
            return Future.failedFuture(new AzureException(
                    409,
                    "NoLinkedHub",
                    "Provisioning service '" + resource.name()
                            + "' has no linked IoT hub, so no device could be assigned. Link the target hub to it, then run"
                            + " again."));
        }
        return azure.arm()
                .hubs(subscriptions, resource.linkedHubs())
                .onSuccess(hubs -> hubs.forEach(hub -> azure.quotas().hub(hub.hostName(), hub.sku(), hub.units())));
    }

    @Override
    public Optional<ProvisioningResource> provisioningService() {
        return Optional.of(resource);
    }

    @Override
    public Future<MigrationTarget> target(SourceOffer offer, SigningFiles signing, WorkerConfig.Migration migration) {
        if (migration.registration() == Registering.PREREGISTER && hubs.size() > 1) {
            return Future.failedFuture(new AzureException(
                    409,
                    "SeveralHubs",
                    "Provisioning service '" + resource.name() + "' has " + hubs.size()
                            + " linked IoT hubs and may assign a device to another one than it was made at. Link one hub only,"
                            + " or write migration.registration: individual, which gives each device its twin wherever it"
                            + " is assigned."));
        }
        DpsClient dps = azure.dps(resource.serviceHost());
        CertificateProof proof = new CertificateProof(
                vertx,
                azure.arm().certificates(resource),
                CertificateProof.Place.provisioningService(resource.name()),
                signing.authorities(),
                new CertificateProof.Timing(migration.credentials().proofDeadline(), PROOF_INTERVAL));
        EnrollmentGroups groups = new EnrollmentGroups(dps, proof, resource.name());
        return new TargetGroups(groups, offer.name())
                .of(offer.groups())
                .map(enrollments -> new ProvisioningTarget(
                        resource,
                        dps,
                        hubs,
                        hubs.stream().map(hub -> azure.hub(hub.hostName())).toList(),
                        enrollments,
                        groups,
                        migration.registration()));
    }
}
