package io.drover.worker.target;

import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.hub.HubClient.HubDeviceRow;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.HubTwins;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedPlace;
import io.drover.worker.source.MoveTarget;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * IoT hubs behind a provisioning service. A look reads every registration of the migration's enrollment groups and every
 * device of the hubs, in pages; a call for one device only when it is overdue and has an enrollment of its own.
 */
public final class ProvisioningTarget implements MigrationTarget {
    private final ProvisioningResource resource;
    private final DpsClient dps;
    private final List<HubResource> hubs;
    private final List<HubClient> registries;
    private final List<TargetEnrollment> enrollments;
    private final EnrollmentGroups groups;
    private final Registering registering;

    /**
     * A target.
     *
     * @param registries the clients of {@code hubs}
     * @param registering what the service is given for each device
     */
    public ProvisioningTarget(
            ProvisioningResource resource,
            DpsClient dps,
            List<HubResource> hubs,
            List<HubClient> registries,
            List<TargetEnrollment> enrollments,
            EnrollmentGroups groups,
            Registering registering) {
        this.resource = resource;
        this.dps = dps;
        this.hubs = List.copyOf(hubs);
        this.registries = List.copyOf(registries);
        this.enrollments = List.copyOf(enrollments);
        this.groups = groups;
        this.registering = registering;
    }

    /** The service as ARM lists it. */
    public ProvisioningResource resource() {
        return resource;
    }

    /** The service's enrollments. */
    public DpsClient provisioning() {
        return dps;
    }

    @Override
    public String name() {
        return resource.name();
    }

    @Override
    public Future<MoveTarget> moveTarget() {
        return Future.succeededFuture(new MoveTarget(resource.idScope(), resource.name(), resource.id()));
    }

    @Override
    public List<ArrivalLimit> arrivalLimits(Quotas quotas) {
        String host = resource.serviceHost();
        double connections = hubs.stream()
                .mapToDouble(hub -> quotas.perSecond(AzureLimit.HUB_CONNECTIONS, hub.hostName()))
                .sum();
        List<ArrivalLimit> limits = new ArrayList<>(List.of(
                new ArrivalLimit(
                        AzureLimit.DPS_REGISTRATIONS, host, quotas.perSecond(AzureLimit.DPS_REGISTRATIONS, host)),
                new ArrivalLimit(AzureLimit.HUB_CONNECTIONS, host, connections)));
        if (preparesEach()) {
            AzureLimit identities = AzureLimit.HUB_IDENTITY_OPERATIONS;
            String hub = registries.get(0).host();
            limits.add(new ArrivalLimit(identities, hub, quotas.perSecond(identities, hub)));
        }
        return limits;
    }

    @Override
    public List<TargetEnrollment> enrollments() {
        return enrollments;
    }

    @Override
    public Future<Void> ensureEnrollments() {
        Future<Void> all = Future.succeededFuture();
        for (TargetEnrollment enrollment : enrollments) {
            all = all.compose(done -> ensure(enrollment));
        }
        return all;
    }

    private Future<Void> ensure(TargetEnrollment wanted) {
        return groups.ensure(wanted, resource.linkedHubs());
    }

    @Override
    public Future<Map<String, FailureReason>> enroll(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return new IndividualEnrollments(dps.enrollments(), resource.linkedHubs()).ensure(devices, owned);
    }

    @Override
    public boolean takesTwins() {
        return true;
    }

    @Override
    public boolean preparesEach() {
        return registering == Registering.PREREGISTER;
    }

    @Override
    public Future<Map<String, FailureReason>> prepare(
            Map<String, DeviceAttestation> devices, Map<String, OwnedData> owned) {
        return new PreparedDevices(registries.get(0)).ensure(devices, owned);
    }

    @Override
    public Future<Map<String, FailureReason>> conflicts(Map<String, DeviceAttestation> devices) {
        return new IndividualEnrollments(dps.enrollments(), resource.linkedHubs()).conflicts(devices);
    }

    @Override
    public List<String> notes() {
        return enrollments.stream()
                .flatMap(wanted -> groups.waits(wanted).stream())
                .toList();
    }

    @Override
    public Optional<OwnedPlace> owned(DeviceRow device) {
        return registries.stream()
                .filter(hub -> hub.host().equalsIgnoreCase(device.assignedHub()))
                .findFirst()
                .map(HubTwins::new);
    }

    @Override
    public List<HubResource> hubs() {
        return hubs;
    }

    @Override
    public Future<Void> look(TargetView view) {
        Future<Void> all = Future.succeededFuture();
        for (TargetEnrollment enrollment : enrollments) {
            all = all.compose(done ->
                    dps.eachRegistrationPage(enrollment.targetGroup(), page -> view.record(assignments(page, view))));
        }
        for (HubClient registry : registries) {
            all = all.compose(done -> registry.eachDevicePage(page -> view.knownBefore(undated(page, view))
                    .compose(known -> view.record(connections(registry.host(), page, known, view)))));
        }
        return all;
    }

    @Override
    public Future<Void> lookSingly(List<DeviceRow> overdue, TargetView view) {
        Future<Void> all = Future.succeededFuture();
        for (DeviceRow row : overdue) {
            boolean unassigned = row.state() == DeviceState.COMMANDED || row.state() == DeviceState.ACCEPTED;
            boolean individual = registering == Registering.INDIVIDUAL
                    || (row.credential() != null && row.credential().isIndividual());
            if (unassigned && individual) {
                all = all.compose(done -> dps.enrollments().registration(row.deviceId()))
                        .compose(state -> view.record(assignments(state.stream().toList(), view)));
            }
        }
        return all;
    }

    private static Map<String, Evidence> assignments(List<RegistrationState> page, TargetView view) {
        Map<String, Evidence> seen = new HashMap<>();
        for (RegistrationState state : page) {
            boolean fresh = state.updated() != null && !state.updated().isBefore(view.since());
            if (fresh && "assigned".equals(state.status())) {
                seen.put(state.deviceId(), Evidence.assigned(state.updated(), state.assignedHub()));
            } else if (fresh && "failed".equals(state.status())) {
                seen.put(state.deviceId(), Evidence.targetRejected(state.updated(), state.error()));
            }
        }
        return seen;
    }

    /** Connected, as the hub says minutes late at times, and nothing tells since when. */
    private static List<String> undated(List<HubDeviceRow> page, TargetView view) {
        return page.stream()
                .filter(row -> row.connected() && !isActive(row, view))
                .map(HubDeviceRow::deviceId)
                .toList();
    }

    private static boolean isActive(HubDeviceRow row, TargetView view) {
        return row.lastActivity() != null && !row.lastActivity().isBefore(view.since());
    }

    private static Map<String, Evidence> connections(
            String hub, List<HubDeviceRow> page, Set<String> knownBefore, TargetView view) {
        Map<String, Evidence> seen = new HashMap<>();
        for (HubDeviceRow row : page) {
            if (isActive(row, view)) {
                seen.put(row.deviceId(), Evidence.connected(row.lastActivity(), hub));
            } else if (row.connected() && !knownBefore.contains(row.deviceId())) {
                seen.put(row.deviceId(), Evidence.connected(view.now(), hub));
            }
        }
        return seen;
    }
}
