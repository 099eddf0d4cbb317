package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.source.ApplicationReturn;
import io.drover.worker.source.HubReturn;
import io.drover.worker.source.MigrationSource;
import io.drover.worker.source.ReturnSelection;
import io.drover.worker.target.ApplicationAuthorities;
import io.drover.worker.target.ApplicationEnrollments;
import io.drover.worker.target.ApplicationTarget;
import io.drover.worker.target.CertificateProof;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.MigrationTarget;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.ReturnTarget;
import io.drover.worker.target.TargetEnrollment;
import io.drover.worker.target.TemplateMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the way back of a forward migration: out of what its configuration names as the target, into what it names as
 * the source. Reads only; fails as {@link Preflight} does.
 */
public final class ReturnPreflight {
    /** Nothing is proved on the way back. */
    private static final CertificateProof.Timing NO_PROOF =
            new CertificateProof.Timing(Duration.ofSeconds(1), Duration.ofSeconds(1));

    private final Vertx vertx;
    private final AzureClients azure;
    private final WorkerConfig.Migration forward;

    public ReturnPreflight(Vertx vertx, AzureClients azure, WorkerConfig.Migration forward) {
        this.vertx = vertx;
        this.azure = azure;
        this.forward = forward;
    }

    /** Completes with what the stages need. */
    public Future<MigrationScope> check(ReturnSelection selection) {
        return azure.arm()
                .subscriptions(forward.subscription())
                .compose(subscriptions -> source(subscriptions, selection)
                        .compose(source -> target(subscriptions)
                                .map(target -> new MigrationScope(source, new ReturnTarget(target)))));
    }

    private Future<MigrationSource> source(List<String> subscriptions, ReturnSelection selection) {
        if (forward.target() instanceof TargetApplication left) {
            return application(subscriptions, left.name(), "migration.target.application")
                    .map(application -> azure.central(application.subdomain()))
                    .compose(central -> templates(central)
                            .map(all -> new ApplicationReturn(central, selection, all, left.deviceTemplate())));
        }
        return azure.arm()
                .provisioningService(subscriptions, forward.target().name(), "migration.target.provisioningService")
                .compose(left -> hubs(subscriptions, left))
                .compose(hubs ->
                        sourceTemplates(subscriptions).map(all -> new HubReturn(hubs, selection, all, method())));
    }

    /** The direct method that the devices of a hub obeyed before; those of an application know their template's command. */
    private Optional<String> method() {
        return forward.source() instanceof HubDevices devices ? Optional.of(devices.method()) : Optional.empty();
    }

    private Future<Map<String, DeviceTemplate>> sourceTemplates(List<String> subscriptions) {
        return forward.source() instanceof ApplicationDevices devices
                ? application(subscriptions, devices.application(), "migration.source.application")
                        .compose(application -> templates(azure.central(application.subdomain())))
                : Future.succeededFuture(Map.of());
    }

    private Future<List<HubClient>> hubs(List<String> subscriptions, ProvisioningResource left) {
        return azure.arm().hubs(subscriptions, left.linkedHubs()).compose(hubs -> {
            remember(hubs);
            return hubs.isEmpty()
                    ? refused(
                            "NoLinkedHub",
                            "Provisioning service '" + left.name()
                                    + "' has no linked IoT hub any more, so nobody there can be told to return. Link the"
                                    + " hub that has the devices.")
                    : Future.succeededFuture(hubs.stream()
                            .map(HubResource::hostName)
                            .sorted(Comparator.comparingDouble(
                                    host -> azure.quotas().perSecond(AzureLimit.HUB_DIRECT_METHODS, host)))
                            .map(azure::hub)
                            .toList());
        });
    }

    private Future<MigrationTarget> target(List<String> subscriptions) {
        if (forward.source() instanceof HubDevices devices) {
            return azure.arm()
                    .provisioningService(
                            subscriptions, devices.provisioningService(), "migration.source.provisioningService")
                    .compose(service -> azure.arm()
                            .hubs(subscriptions, service.linkedHubs())
                            .compose(hubs -> provisioning(service, hubs)));
        }
        ApplicationDevices devices = (ApplicationDevices) forward.source();
        return application(subscriptions, devices.application(), "migration.source.application")
                .compose(this::application);
    }

    private Future<MigrationTarget> provisioning(ProvisioningResource service, List<HubResource> hubs) {
        remember(hubs);
        DpsClient dps = azure.dps(service.serviceHost());
        CertificateProof proof = new CertificateProof(
                vertx,
                azure.arm().certificates(service),
                CertificateProof.Place.provisioningService(service.name()),
                List.of(),
                NO_PROOF);
        return dps.groups()
                .map(groups -> new ProvisioningTarget(
                        service,
                        dps,
                        hubs,
                        hubs.stream().map(hub -> azure.hub(hub.hostName())).toList(),
                        groups.stream()
                                .map(group -> new TargetEnrollment(group.id(), group.id(), null, true))
                                .toList(),
                        new EnrollmentGroups(dps, proof, service.name()),
                        Registering.INDIVIDUAL));
    }

    private Future<MigrationTarget> application(CentralApplication application) {
        CentralClient central = azure.central(application.subdomain());
        return templates(central)
                .compose(all -> ApplicationTarget.readIdScope(central)
                        .map(scope -> new ApplicationTarget(
                                application,
                                central,
                                new TemplateMap(all, null),
                                new ApplicationEnrollments(
                                        central,
                                        application.subdomain(),
                                        new ApplicationAuthorities(vertx, central, List.of(), NO_PROOF)),
                                List.of(),
                                Future::succeededFuture,
                                scope,
                                List.of())));
    }

    private Future<CentralApplication> application(List<String> subscriptions, String name, String key) {
        return azure.arm()
                .application(subscriptions, name, key)
                .compose(application -> application.isUsable()
                        ? Future.succeededFuture(application)
                        : refused(
                                "ApplicationNotUsable",
                                "IoT Central application '" + application.subdomain() + "' is " + application.state()
                                        + ", so no device can return. Bring it back first."));
    }

    private static Future<Map<String, DeviceTemplate>> templates(CentralClient central) {
        return central.templates().map(all -> {
            Map<String, DeviceTemplate> byId = new HashMap<>();
            all.forEach(template -> byId.put(template.id(), template));
            return byId;
        });
    }

    private void remember(List<HubResource> hubs) {
        hubs.forEach(hub -> azure.quotas().hub(hub.hostName(), hub.sku(), hub.units()));
    }

    private static <T> Future<T> refused(String code, String message) {
        return Future.failedFuture(new AzureException(409, code, message));
    }
}
