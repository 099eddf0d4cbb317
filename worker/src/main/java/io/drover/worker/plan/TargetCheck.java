package io.drover.worker.plan;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubQuota;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient.EnrollmentGroup;
import io.drover.worker.plan.PlanCheck.Area;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a provisioning service and its hubs can take the devices of a plan (reference sections 0, e and f): links,
 * states, and room for devices and enrollments. Reads only.
 */
final class TargetCheck {
    private static final String ACTIVE = "Active";
    /** Of each kind of attestation. */
    private static final int MOST_GROUPS = 100;

    private static final int MOST_REGISTRATIONS = 1_000_000;

    private final ArmClient arm;
    private final ProvisioningTarget target;

    TargetCheck(ArmClient arm, ProvisioningTarget target) {
        this.arm = arm;
        this.target = target;
    }

    /** Everything that was found, for so many devices. */
    Future<List<PlanCheck>> of(long movable) {
        List<PlanCheck> checks = new ArrayList<>(links());
        return groups().compose(groups -> quotas().map(quotas -> {
            checks.addAll(groups);
            checks.add(registrations(movable));
            checks.addAll(rooms(quotas, movable));
            return List.copyOf(checks);
        }));
    }

    private List<PlanCheck> links() {
        ProvisioningResource service = target.resource();
        List<PlanCheck> checks = new ArrayList<>();
        checks.add(state(service.name(), service.state()));
        checks.add(
                service.idScope() == null || service.idScope().isBlank()
                        ? PlanCheck.blocking(
                                Area.LINK,
                                service.name(),
                                "has no ID scope in ARM, so devices cannot be told where to go")
                        : PlanCheck.ok(Area.LINK, service.name(), "ID scope " + service.idScope() + ", as ARM has it"));
        for (HubResource hub : target.hubs()) {
            checks.add(state(hub.hostName(), hub.state()));
            if (service.unallocatedHubs().stream().anyMatch(hub.hostName()::equalsIgnoreCase)) {
                checks.add(PlanCheck.warning(
                        Area.LINK,
                        hub.hostName(),
                        "is linked, but the allocation policy of " + service.name()
                                + " passes it over: only enrollments that name it assign it, as Drover's new ones do"));
            }
        }
        return checks;
    }

    private static PlanCheck state(String name, String state) {
        return ACTIVE.equalsIgnoreCase(state)
                ? PlanCheck.ok(Area.LINK, name, "is active")
                : PlanCheck.blocking(
                        Area.LINK, name, "is in state " + state + ", not " + ACTIVE + "; wait for it or repair it");
    }

    /** Groups with keys and those with certificates have a limit each. */
    private Future<List<PlanCheck>> groups() {
        List<TargetEnrollment> missing = target.enrollments().stream()
                .filter(enrollment -> !enrollment.present())
                .toList();
        long signed = missing.stream().filter(group -> group.signing() != null).count();
        return target.provisioning().groups().map(groups -> {
            List<PlanCheck> checks = new ArrayList<>();
            checks.add(room(
                    "symmetric-key",
                    groups.stream().filter(EnrollmentGroup::symmetric).count(),
                    missing.size() - signed));
            if (signed > 0) {
                checks.add(room(
                        "X.509",
                        groups.stream().filter(EnrollmentGroup::certificates).count(),
                        signed));
            }
            return checks;
        });
    }

    private PlanCheck room(String kind, long present, long missing) {
        String text =
                present + " of " + MOST_GROUPS + " " + kind + " enrollment groups are there, " + missing + " to come";
        return present + missing > MOST_GROUPS
                ? PlanCheck.blocking(Area.CAPACITY, target.name(), text + ": delete groups that nobody uses any more")
                : PlanCheck.ok(Area.CAPACITY, target.name(), text);
    }

    /** How many are there already is not asked: it would take a call per thousand of each group. */
    private PlanCheck registrations(long movable) {
        return movable > MOST_REGISTRATIONS
                ? PlanCheck.blocking(
                        Area.CAPACITY,
                        target.name(),
                        "takes " + MOST_REGISTRATIONS + " registrations, fewer than the " + movable
                                + " devices; divide the migration")
                : PlanCheck.ok(
                        Area.CAPACITY,
                        target.name(),
                        "takes " + MOST_REGISTRATIONS + " registrations; those there already are not counted");
    }

    private Future<Map<HubResource, Optional<HubQuota>>> quotas() {
        Future<Map<HubResource, Optional<HubQuota>>> all = Future.succeededFuture(new HashMap<>());
        for (HubResource hub : target.hubs()) {
            all = all.compose(found -> arm.quota(hub)
                    .map(Optional::of)
                    .recover(TargetCheck::withheld)
                    .map(quota -> {
                        found.put(hub, quota);
                        return found;
                    }));
        }
        return all;
    }

    private static Future<Optional<HubQuota>> withheld(Throwable cause) {
        boolean refused = cause instanceof AzureException azure && (azure.status() == 403 || azure.status() == 404);
        return refused ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(cause);
    }

    private List<PlanCheck> rooms(Map<HubResource, Optional<HubQuota>> quotas, long movable) {
        List<PlanCheck> checks = new ArrayList<>();
        long room = 0;
        for (HubResource hub : target.hubs()) {
            Optional<HubQuota> quota = quotas.get(hub);
            long free = quota.map(HubQuota::room).orElse(Long.MAX_VALUE);
            room = room > Long.MAX_VALUE - free ? Long.MAX_VALUE : room + free;
            String size = hub.sku() + " with " + hub.units() + (hub.units() == 1 ? " unit" : " units");
            checks.add(quota.map(known -> used(hub, size, known))
                    .orElseGet(() -> PlanCheck.warning(
                            Area.CAPACITY,
                            hub.hostName(),
                            size + ": its quota metrics may not be read, so its room is not known; give the client"
                                    + " Reader on the hub")));
        }
        if (movable > room) {
            checks.add(PlanCheck.blocking(
                    Area.CAPACITY,
                    target.name(),
                    "its hubs have room for " + room + " devices and " + movable
                            + " are to come: link another hub, or choose a larger tier"));
        }
        return checks;
    }

    private static PlanCheck used(HubResource hub, String size, HubQuota quota) {
        String text = size + ": " + quota.devices() + " of " + quota.mostDevices() + " devices, " + quota.messages()
                + " of " + quota.mostMessages() + " messages of the day";
        boolean full = quota.mostMessages() >= 0 && quota.messages() >= quota.mostMessages();
        return full
                ? PlanCheck.blocking(
                        Area.CAPACITY,
                        hub.hostName(),
                        text + "; no telemetry is taken until midnight UTC, so no arrival could be proven")
                : PlanCheck.ok(Area.CAPACITY, hub.hostName(), text);
    }
}
