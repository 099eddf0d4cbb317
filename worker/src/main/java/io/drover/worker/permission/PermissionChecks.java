package io.drover.worker.permission;

import io.drover.worker.Access;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Target;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.EffectivePermissions;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.Verification;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Establishes for each call that an apply will make whether the principal may make it. Reads only. Fails as those reads do when a name in
 * the configuration is wrong or nobody answers; a missing right is a result.
 */
public final class PermissionChecks {
    private static final String NO_DEVICE = "deviceId = ''";

    private final AzureClients azure;
    private final WorkerConfig config;
    private final ArmClient arm;
    private final List<PermissionCheck> found = new ArrayList<>();

    public PermissionChecks(AzureClients azure, WorkerConfig config) {
        this.azure = azure;
        this.config = config;
        this.arm = azure.arm();
    }

    /** All checks; to be called once. */
    public Future<List<PermissionCheck>> run() {
        WorkerConfig.Migration migration = config.migration();
        return arm.subscriptions(migration.subscription())
                .compose(subscriptions ->
                        target(subscriptions, migration.target()).compose(done -> source(subscriptions)))
                .map(done -> List.copyOf(found));
    }

    private Future<Void> target(List<String> subscriptions, Target target) {
        if (target instanceof TargetApplication application) {
            return application(
                    subscriptions, application.name(), "migration.target.application", CentralPermissions::ofTarget);
        }
        return provisioningService(subscriptions, target.name(), "migration.target.provisioningService", true)
                .compose(service -> targetHubs(subscriptions, service));
    }

    private Future<Void> source(List<String> subscriptions) {
        if (config.migration().source() instanceof HubDevices devices) {
            return listed(RequiredCall.LIST_HUBS, devices.hub(), () -> arm.sourceHub(subscriptions, devices.hub()))
                    .compose(hub -> hub.isEmpty() ? Future.<Void>succeededFuture() : sourceHub(hub.get()))
                    .compose(done -> provisioningService(
                                    subscriptions,
                                    devices.provisioningService(),
                                    "migration.source.provisioningService",
                                    false)
                            .mapEmpty());
        }
        ApplicationDevices devices = (ApplicationDevices) config.migration().source();
        boolean jobs = config.dispatch().way() == WorkerConfig.Dispatch.Way.JOB;
        return application(
                subscriptions,
                devices.application(),
                "migration.source.application",
                permissions -> permissions.ofSource(jobs));
    }

    private Future<Void> application(
            List<String> subscriptions,
            String name,
            String key,
            Function<CentralPermissions, Future<List<PermissionCheck>>> checks) {
        return listed(RequiredCall.LIST_APPLICATIONS, name, () -> arm.application(subscriptions, name, key))
                .compose(application -> application.isEmpty()
                        ? Future.succeededFuture()
                        : checks.apply(permissions(application.get().subdomain()))
                                .onSuccess(found::addAll)
                                .mapEmpty());
    }

    private CentralPermissions permissions(String subdomain) {
        CentralClient central = azure.central(subdomain);
        String token = config.access()
                .application(central.host())
                .map(given -> given.token().value().replaceAll(".*[ &]skn=([^&]*).*", "$1"))
                .orElse(null);
        return new CentralPermissions(central, subdomain, config.entra().objectId(), token);
    }

    private Future<Optional<ProvisioningResource>> provisioningService(
            List<String> subscriptions, String name, String key, boolean target) {
        return listed(
                        RequiredCall.LIST_PROVISIONING_SERVICES,
                        name,
                        () -> arm.provisioningService(subscriptions, name, key))
                .compose(service -> service.isEmpty()
                        ? Future.succeededFuture(service)
                        : enrollments(service.get(), target).map(done -> service));
    }

    private Future<Void> enrollments(ProvisioningResource service, boolean target) {
        DpsClient dps = azure.dps(service.serviceHost());
        Optional<String> policy =
                config.access().provisioningService(service.serviceHost()).map(Access.Policy::policy);
        List<DpsClient.EnrollmentGroup> groups = new ArrayList<>();
        return CallProbe.attempt(
                        RequiredCall.READ_ENROLLMENT_GROUPS,
                        service.name(),
                        () -> dps.groups().onSuccess(groups::addAll))
                .onSuccess(found::add)
                .compose(read -> rolesOf(service.id(), policy).compose(roles -> {
                    add(RequiredCall.READ_GROUP_KEYS, service.name(), policy, roles, read);
                    if (target) {
                        add(RequiredCall.CREATE_ENROLLMENT_GROUPS, service.name(), policy, roles, read);
                    }
                    return registrations(dps, service.name(), groups, policy, roles, read);
                }));
    }

    /** Only a group that there is has registrations to read. */
    private Future<Void> registrations(
            DpsClient dps,
            String name,
            List<DpsClient.EnrollmentGroup> groups,
            Optional<String> policy,
            Optional<EffectivePermissions> roles,
            PermissionCheck read) {
        if (groups.isEmpty()) {
            add(RequiredCall.READ_REGISTRATIONS, name, policy, roles, read);
            return Future.succeededFuture();
        }
        return CallProbe.attempt(
                        RequiredCall.READ_REGISTRATIONS,
                        name,
                        () -> dps.someRegistrations(groups.get(0).id()))
                .onSuccess(found::add)
                .mapEmpty();
    }

    private Future<Void> targetHubs(List<String> subscriptions, Optional<ProvisioningResource> target) {
        List<String> hosts = target.map(ProvisioningResource::linkedHubs).orElse(List.of());
        if (hosts.isEmpty()) {
            return Future.succeededFuture();
        }
        return listed(RequiredCall.LIST_HUBS, String.join(", ", hosts), () -> arm.hubs(subscriptions, hosts))
                .compose(hubs -> {
                    Future<Void> all = Future.succeededFuture();
                    for (HubResource hub : hubs.orElse(List.of())) {
                        all = all.compose(done -> targetHub(hub));
                    }
                    return all;
                });
    }

    private Future<Void> targetHub(HubResource hub) {
        boolean keys = config.migration().verification() == Verification.TELEMETRY
                && config.access().hub(hub.hostName()).isEmpty();
        return query(hub)
                .compose(queried -> keys
                        ? CallProbe.attempt(RequiredCall.LIST_HUB_KEYS, hub.name(), () -> arm.serviceKey(hub))
                                .onSuccess(found::add)
                                .mapEmpty()
                        : Future.succeededFuture());
    }

    private Future<Void> sourceHub(HubResource hub) {
        Optional<String> policy = config.access()
                .hub(hub.hostName())
                .filter(given -> given.use() == Access.Use.ALL)
                .map(Access.Policy::policy);
        return query(hub)
                .compose(read -> rolesOf(hub.id(), policy)
                        .onSuccess(roles -> {
                            add(RequiredCall.READ_DEVICE_KEYS, hub.name(), policy, roles, read);
                            add(RequiredCall.INVOKE_METHODS, hub.name(), policy, roles, read);
                        })
                        .mapEmpty());
    }

    private Future<PermissionCheck> query(HubResource hub) {
        HubClient client = azure.hub(hub.hostName());
        return CallProbe.attempt(
                        RequiredCall.QUERY_HUB,
                        hub.name(),
                        () -> client.eachConnectedPage(NO_DEVICE, page -> Future.succeededFuture()))
                .onSuccess(found::add);
    }

    private void add(
            RequiredCall call,
            String resource,
            Optional<String> policy,
            Optional<EffectivePermissions> roles,
            PermissionCheck tried) {
        found.add(
                policy.isPresent()
                        ? CallProbe.byPolicy(call, resource, policy.get())
                        : CallProbe.byRoles(call, resource, roles, tried));
    }

    private Future<Optional<EffectivePermissions>> rolesOf(String resourceId, Optional<String> policy) {
        if (policy.isPresent()) {
            return Future.succeededFuture(Optional.empty());
        }
        return arm.permissions(resourceId)
                .map(Optional::of)
                .recover(cause -> cause instanceof AzureException refused && refused.status() > 0
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(cause));
    }

    /** A resource that ARM lists; empty when it must not be listed. */
    private <T> Future<Optional<T>> listed(RequiredCall call, String name, Supplier<Future<T>> find) {
        return find.get()
                .map(resource -> {
                    found.add(PermissionCheck.granted(call, name, "tried"));
                    return Optional.of(resource);
                })
                .recover(cause -> {
                    if (cause instanceof AzureException refused && refused.status() == 403) {
                        found.add(PermissionCheck.missing(call, name, refused.getMessage()));
                        return Future.succeededFuture(Optional.empty());
                    }
                    return Future.failedFuture(cause);
                });
    }
}
