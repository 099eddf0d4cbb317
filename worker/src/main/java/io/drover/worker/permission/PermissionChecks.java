package io.drover.worker.permission;

import io.drover.worker.Access;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Registering;
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
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Establishes for each call that an apply, a failback or a cleanup will make whether the principal may make it. Reads only. Fails as those reads do when a name in
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

    /** Fails with {@link MissingPermissionsException} when a right is missing. */
    public static List<PermissionCheck> noneMissing(List<PermissionCheck> checks) {
        if (checks.stream().anyMatch(check -> check.verdict() == PermissionCheck.Verdict.MISSING)) {
            throw new MissingPermissionsException(checks);
        }
        return checks;
    }

    /** What a provisioning service is to a migration. */
    private enum Role {
        SOURCE,
        TARGET,
        /** Devices come back through it. */
        RETURNED_TO
    }

    /** Of an apply. This or one of its kin is to be called once. */
    public Future<List<PermissionCheck>> run() {
        WorkerConfig.Migration migration = config.migration();
        return arm.subscriptions(migration.subscription())
                .compose(subscriptions ->
                        target(subscriptions, migration.target()).compose(done -> source(subscriptions)))
                .map(done -> List.copyOf(found));
    }

    /** Of a failback; the configuration is the forward migration's. */
    public Future<List<PermissionCheck>> ofReturn() {
        WorkerConfig.Migration forward = config.migration();
        return arm.subscriptions(forward.subscription())
                .compose(subscriptions -> left(subscriptions, forward.target())
                        .compose(done -> returnedTo(subscriptions, forward.source())))
                .map(done -> List.copyOf(found));
    }

    /** Where devices are told to come back. */
    private Future<Void> left(List<String> subscriptions, Target target) {
        return target instanceof TargetApplication application
                ? application(
                        subscriptions,
                        application.name(),
                        "migration.target.application",
                        CentralPermissions::ofReturnSource)
                : linkedHubs(
                        subscriptions,
                        target.name(),
                        "migration.target.provisioningService",
                        hub -> commandedHub(hub, false));
    }

    private Future<Void> returnedTo(List<String> subscriptions, WorkerConfig.Source source) {
        return source instanceof HubDevices devices
                ? provisioningService(
                                subscriptions,
                                devices.provisioningService(),
                                "migration.source.provisioningService",
                                Role.RETURNED_TO)
                        .compose(service -> targetHubs(subscriptions, service))
                : application(
                        subscriptions,
                        source.service(),
                        "migration.source.application",
                        CentralPermissions::ofReturnTarget);
    }

    /** Of a cleanup; one that deletes nothing needs to read only. */
    public Future<List<PermissionCheck>> ofCleanup(boolean deletes) {
        WorkerConfig.Migration migration = config.migration();
        return arm.subscriptions(migration.subscription())
                .compose(subscriptions -> (migration.target() instanceof TargetApplication application
                                ? application(
                                        subscriptions,
                                        application.name(),
                                        "migration.target.application",
                                        central -> central.ofCleanup(false))
                                : linkedHubs(
                                        subscriptions,
                                        migration.target().name(),
                                        "migration.target.provisioningService",
                                        hub -> query(hub).mapEmpty()))
                        .compose(done -> cleaned(subscriptions, migration.source(), deletes)))
                .map(done -> List.copyOf(found));
    }

    private Future<Void> cleaned(List<String> subscriptions, WorkerConfig.Source source, boolean deletes) {
        if (!(source instanceof HubDevices devices)) {
            return application(
                    subscriptions,
                    source.service(),
                    "migration.source.application",
                    central -> central.ofCleanup(deletes));
        }
        boolean records = deletes
                && !devices.provisioningService()
                        .equalsIgnoreCase(config.migration().target().name());
        return listed(RequiredCall.LIST_HUBS, devices.hub(), () -> arm.sourceHub(subscriptions, devices.hub()))
                .compose(hub -> hub.isEmpty() ? Future.<Void>succeededFuture() : cleanedHub(hub.get(), deletes))
                .compose(done -> records
                        ? listed(
                                RequiredCall.LIST_PROVISIONING_SERVICES,
                                devices.provisioningService(),
                                () -> arm.provisioningService(
                                        subscriptions,
                                        devices.provisioningService(),
                                        "migration.source.provisioningService"))
                        : Future.succeededFuture(Optional.<ProvisioningResource>empty()))
                .compose(service -> service.isEmpty() ? Future.succeededFuture() : cleanedService(service.get()));
    }

    private Future<Void> cleanedHub(HubResource hub, boolean deletes) {
        Optional<String> policy = policy(hub);
        return query(hub)
                .compose(read -> deletes
                        ? rolesOf(hub.id(), policy)
                                .onSuccess(
                                        roles -> add(RequiredCall.DELETE_HUB_DEVICES, hub.name(), policy, roles, read))
                                .<Void>mapEmpty()
                        : Future.succeededFuture());
    }

    private Future<Void> cleanedService(ProvisioningResource service) {
        Optional<String> policy =
                config.access().provisioningService(service.serviceHost()).map(Access.Policy::policy);
        return CallProbe.attempt(
                        RequiredCall.READ_ENROLLMENT_GROUPS,
                        service.name(),
                        () -> azure.dps(service.serviceHost()).groups())
                .onSuccess(found::add)
                .compose(read -> rolesOf(service.id(), policy).onSuccess(roles -> {
                    add(RequiredCall.DELETE_ENROLLMENTS, service.name(), policy, roles, read);
                    add(RequiredCall.DELETE_REGISTRATIONS, service.name(), policy, roles, read);
                }))
                .mapEmpty();
    }

    private Future<Void> linkedHubs(
            List<String> subscriptions, String service, String key, Function<HubResource, Future<Void>> checks) {
        return listed(
                        RequiredCall.LIST_PROVISIONING_SERVICES,
                        service,
                        () -> arm.provisioningService(subscriptions, service, key))
                .compose(resource -> linkedHubs(subscriptions, resource, checks));
    }

    private Future<Void> target(List<String> subscriptions, Target target) {
        if (target instanceof TargetApplication application) {
            return application(
                    subscriptions,
                    application.name(),
                    "migration.target.application",
                    central -> central.ofTarget(
                            individuals(), config.migration().owned().carries()));
        }
        return provisioningService(subscriptions, target.name(), "migration.target.provisioningService", Role.TARGET)
                .compose(service -> targetHubs(subscriptions, service));
    }

    private Future<Void> source(List<String> subscriptions) {
        if (config.migration().source() instanceof HubDevices devices) {
            return listed(RequiredCall.LIST_HUBS, devices.hub(), () -> arm.sourceHub(subscriptions, devices.hub()))
                    .compose(hub -> hub.isEmpty() ? Future.<Void>succeededFuture() : commandedHub(hub.get(), true))
                    .compose(done -> provisioningService(
                                    subscriptions,
                                    devices.provisioningService(),
                                    "migration.source.provisioningService",
                                    Role.SOURCE)
                            .mapEmpty());
        }
        ApplicationDevices devices = (ApplicationDevices) config.migration().source();
        boolean jobs = config.dispatch().way() == WorkerConfig.Dispatch.Way.JOB;
        return application(
                subscriptions,
                devices.application(),
                "migration.source.application",
                permissions -> permissions.ofSource(
                        jobs, readsEach(), config.migration().owned().carries()));
    }

    private boolean readsEach() {
        return config.migration().credentials().check() == WorkerConfig.Credentials.Check.ALL;
    }

    /** Whether devices may get enrollments of their own. */
    private boolean individuals() {
        return readsEach() || config.migration().registration() == WorkerConfig.Registering.INDIVIDUAL;
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
            List<String> subscriptions, String name, String key, Role role) {
        return listed(
                        RequiredCall.LIST_PROVISIONING_SERVICES,
                        name,
                        () -> arm.provisioningService(subscriptions, name, key))
                .compose(service -> service.isEmpty()
                        ? Future.succeededFuture(service)
                        : enrollments(service.get(), role).map(done -> service));
    }

    private Future<Void> enrollments(ProvisioningResource service, Role role) {
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
                    if (role != Role.RETURNED_TO) {
                        add(RequiredCall.READ_GROUP_KEYS, service.name(), policy, roles, read);
                    }
                    if (role != Role.RETURNED_TO && individuals()) {
                        add(RequiredCall.READ_ENROLLMENTS, service.name(), policy, roles, read);
                    }
                    if (role == Role.TARGET) {
                        add(RequiredCall.CREATE_ENROLLMENT_GROUPS, service.name(), policy, roles, read);
                    }
                    if (role == Role.TARGET && individuals()) {
                        add(RequiredCall.CREATE_ENROLLMENTS, service.name(), policy, roles, read);
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
        return linkedHubs(subscriptions, target, this::targetHub);
    }

    private Future<Void> linkedHubs(
            List<String> subscriptions,
            Optional<ProvisioningResource> service,
            Function<HubResource, Future<Void>> checks) {
        List<String> hosts = service.map(ProvisioningResource::linkedHubs).orElse(List.of());
        if (hosts.isEmpty()) {
            return Future.succeededFuture();
        }
        return listed(RequiredCall.LIST_HUBS, String.join(", ", hosts), () -> arm.hubs(subscriptions, hosts))
                .compose(hubs -> {
                    Future<Void> all = Future.succeededFuture();
                    for (HubResource hub : hubs.orElse(List.of())) {
                        all = all.compose(done -> checks.apply(hub));
                    }
                    return all;
                });
    }

    private Future<Void> targetHub(HubResource hub) {
        boolean keys = config.migration().verification().readsTelemetry()
                && config.access().hub(hub.hostName()).isEmpty();
        return query(hub)
                .compose(queried -> written(hub, queried).map(queried))
                .compose(queried -> keys
                        ? CallProbe.attempt(RequiredCall.LIST_HUB_KEYS, hub.name(), () -> arm.serviceKey(hub))
                                .onSuccess(found::add)
                                .mapEmpty()
                        : Future.succeededFuture());
    }

    /** What is written at a target hub of what devices own, or beforehand. */
    private Future<Void> written(HubResource hub, PermissionCheck queried) {
        List<RequiredCall> calls = new ArrayList<>();
        if (config.migration().owned().carries()) {
            calls.addAll(List.of(RequiredCall.READ_TWINS, RequiredCall.WRITE_TWINS));
        }
        if (config.migration().registration() == Registering.PREREGISTER) {
            calls.add(RequiredCall.CREATE_HUB_DEVICES);
        }
        Optional<String> policy = policy(hub);
        return calls.isEmpty()
                ? Future.succeededFuture()
                : rolesOf(hub.id(), policy)
                        .onSuccess(roles -> calls.forEach(call -> add(call, hub.name(), policy, roles, queried)))
                        .mapEmpty();
    }

    /** A hub whose devices are told to leave it. */
    private Future<Void> commandedHub(HubResource hub, boolean keys) {
        Optional<String> policy = policy(hub);
        return query(hub)
                .compose(read -> rolesOf(hub.id(), policy)
                        .onSuccess(roles -> {
                            if (keys) {
                                add(RequiredCall.READ_DEVICE_KEYS, hub.name(), policy, roles, read);
                            }
                            add(RequiredCall.INVOKE_METHODS, hub.name(), policy, roles, read);
                            if (config.migration().owned().carries()) {
                                add(RequiredCall.READ_TWINS, hub.name(), policy, roles, read);
                            }
                        })
                        .mapEmpty());
    }

    private Optional<String> policy(HubResource hub) {
        return config.access()
                .hub(hub.hostName())
                .filter(given -> given.use() == Access.Use.ALL)
                .map(Access.Policy::policy);
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
