package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.dps.DpsClient.EnrollmentGroup;
import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.drover.worker.source.HubSource;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the source of a migration out of a hub: the hub, the provisioning service that its devices came through, and
 * that the keys of its groups are really those that the devices' keys derive from. Reads only.
 */
final class HubPreflight {
    private static final Logger LOG = LoggerFactory.getLogger(HubPreflight.class);
    /** Devices of each group whose keys are looked at: an identity operation each, of 100 a minute on S1. */
    private static final int SAMPLE = 3;

    private final AzureClients azure;
    private final HubDevices source;
    private final SigningFiles signing;

    HubPreflight(AzureClients azure, HubDevices source, SigningFiles signing) {
        this.azure = azure;
        this.source = source;
        this.signing = signing;
    }

    /** What the source offers, once it is sure to be another place than the target. */
    Future<SourceOffer> offer(List<String> subscriptions, Optional<ProvisioningResource> target) {
        ArmClient arm = azure.arm();
        Future<HubResource> hub = arm.sourceHub(subscriptions, source.hub());
        Future<ProvisioningResource> provisioning = arm.provisioningService(
                subscriptions, source.provisioningService(), "migration.source.provisioningService");
        return Future.all(hub, provisioning)
                .compose(both -> apart(hub.result(), provisioning.result(), target))
                .compose(apart -> offer(hub.result(), provisioning.result()));
    }

    /** At one and the same hub nothing could tell a device that has moved from one that has not. */
    private Future<Void> apart(HubResource hub, ProvisioningResource from, Optional<ProvisioningResource> target) {
        if (target.isPresent() && from.id().equalsIgnoreCase(target.get().id())) {
            return refused(
                    "SameProvisioningService",
                    "Source and target are the same provisioning service '" + from.name()
                            + "'. Within one service a device moves by its reprovisioning policy; name another target.");
        }
        if (target.isPresent() && isLinked(target.get(), hub)) {
            return refused(
                    "SameHub",
                    "The target '" + target.get().name() + "' is linked to " + hub.hostName()
                            + ", the hub that the devices leave: no arrival there could be told from staying. Unlink that hub"
                            + " from the target, or name another target.");
        }
        return isLinked(from, hub)
                ? Future.succeededFuture()
                : refused(
                        "OtherProvisioningService",
                        "Provisioning service '" + from.name() + "' is not linked to " + hub.hostName()
                                + ", so devices cannot have come to it that way. It is linked to: "
                                + String.join(", ", from.linkedHubs())
                                + ". Check migration.source.hub and migration.source.provisioningService.");
    }

    private static boolean isLinked(ProvisioningResource provisioning, HubResource hub) {
        return provisioning.linkedHubs().stream().anyMatch(hub.hostName()::equalsIgnoreCase);
    }

    private Future<SourceOffer> offer(HubResource hub, ProvisioningResource from) {
        azure.quotas().hub(hub.hostName(), hub.sku(), hub.units());
        HubClient registry = azure.hub(hub.hostName());
        DpsClient provisioning = azure.dps(from.serviceHost());
        SourceCertificates certificates =
                new SourceCertificates(provisioning, azure.arm().certificates(from), from.name(), signing);
        return groups(provisioning, registry, certificates)
                .map(groups -> new SourceOffer(
                        new HubSource(
                                registry,
                                source.condition(),
                                provisioning,
                                groups.stream()
                                        .collect(Collectors.toMap(
                                                SourceGroup::id,
                                                group -> group.keys() == null
                                                        ? DeviceCredential.GROUP_CERTIFICATE
                                                        : DeviceCredential.GROUP_KEY)),
                                signing.readsDevices(),
                                source.method(),
                                source.choice()),
                        from.name(),
                        groups));
    }

    private Future<List<SourceGroup>> groups(
            DpsClient provisioning, HubClient registry, SourceCertificates certificates) {
        return provisioning.groups().compose(this::chosen).compose(chosen -> {
            Future<List<SourceGroup>> all = Future.succeededFuture(new ArrayList<>());
            for (EnrollmentGroup group : chosen) {
                all = all.compose(found -> used(provisioning, registry, certificates, group, found));
            }
            return all.compose(found -> found.isEmpty() && !signing.readsDevices()
                    ? refused(
                            "NoEnrollmentGroup",
                            "Provisioning service '" + source.provisioningService()
                                    + "' has no enabled enrollment group through which a device came to "
                                    + registry.host()
                                    + ", so the target cannot be made to accept its devices.")
                    : Future.succeededFuture(found));
        });
    }

    /** Those that the configuration names, each of which must be usable; else all that are. */
    private Future<List<EnrollmentGroup>> chosen(List<EnrollmentGroup> there) {
        List<EnrollmentGroup> usable = there.stream()
                .filter(group -> group.enabled() && (group.symmetric() || group.certificates()))
                .filter(group -> !signing.ignores(group.id()))
                .toList();
        List<String> missing = source.enrollmentGroups().stream()
                .filter(name -> usable.stream().noneMatch(group -> group.id().equalsIgnoreCase(name)))
                .toList();
        if (!missing.isEmpty()) {
            return refused(
                    "UnknownEnrollmentGroup",
                    "Provisioning service '" + source.provisioningService() + "' has no enabled enrollment group "
                            + String.join(", ", missing) + "; it has: "
                            + usable.stream().map(EnrollmentGroup::id).collect(Collectors.joining(", "))
                            + ". Check migration.source.enrollmentGroups.");
        }
        return Future.succeededFuture(usable.stream()
                .filter(group -> source.enrollmentGroups().isEmpty()
                        || source.enrollmentGroups().stream().anyMatch(group.id()::equalsIgnoreCase))
                .toList());
    }

    /** A group that nobody registered with is left out: a service has room for 100 of them. */
    private Future<List<SourceGroup>> used(
            DpsClient provisioning,
            HubClient registry,
            SourceCertificates certificates,
            EnrollmentGroup group,
            List<SourceGroup> found) {
        return provisioning.someRegistrations(group.id()).compose(registrations -> {
            if (registrations.isEmpty()) {
                return Future.succeededFuture(found);
            }
            return (group.certificates()
                            ? certificates.of(group.id())
                            : keys(provisioning, registry, group.id(), registrations))
                    .map(used -> {
                        used.ifPresent(found::add);
                        return found;
                    });
        });
    }

    private Future<Optional<SourceGroup>> keys(
            DpsClient provisioning, HubClient registry, String group, List<RegistrationState> registrations) {
        List<RegistrationState> sample = registrations.stream()
                .filter(state -> registry.host().equalsIgnoreCase(state.assignedHub()))
                .limit(SAMPLE)
                .toList();
        return provisioning
                .keys(group)
                .compose(keys -> keys.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : proven(registry, group, keys.get(), sample.iterator(), 0)
                                .map(done -> Optional.of(new SourceGroup(group, keys.get()))));
    }

    /** Fails when none of the sample's keys derives from the group's, as after the group's keys were renewed. */
    private Future<Void> proven(
            HubClient registry, String group, GroupKeys keys, Iterator<RegistrationState> sample, int foreign) {
        if (!sample.hasNext()) {
            return foreign == 0 ? Future.succeededFuture() : renewed(registry, group, foreign);
        }
        RegistrationState device = sample.next();
        return registry.keys(device.deviceId())
                .map(own -> Optional.of(own.deriveFrom(keys, device.registrationId())))
                .recover(cause -> unread(cause, registry))
                .compose(derives -> derives.orElse(false)
                        ? Future.succeededFuture()
                        : proven(registry, group, keys, sample, foreign + (derives.isPresent() ? 1 : 0)));
    }

    private static Future<Void> renewed(HubClient registry, String group, int foreign) {
        return refused(
                "KeysDoNotMatch",
                "The keys of " + foreign + " sampled devices at " + registry.host()
                        + " do not derive from the present keys of enrollment group '" + group
                        + "', so the target would refuse them. Leave the group out of migration.source.enrollmentGroups, or let"
                        + " its devices register anew first.");
    }

    /** A device that is gone, or may not be read, proves nothing, and nothing speaks against it. */
    private static Future<Optional<Boolean>> unread(Throwable cause, HubClient registry) {
        int status = cause instanceof AzureException refused ? refused.status() : 0;
        if (status == 401 || status == 403) {
            LOG.warn("{}: device keys may not be read, so none is held against its group's", registry.host());
        }
        return status == 401 || status == 403 || status == 404
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(cause);
    }

    private static <T> Future<T> refused(String code, String message) {
        return Future.failedFuture(new AzureException(409, code, message));
    }
}
