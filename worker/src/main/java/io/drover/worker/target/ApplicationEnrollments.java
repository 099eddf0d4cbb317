package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.EnrollmentGroup;
import io.drover.worker.azure.x509.CertificatePair;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The enrollment groups of an application that accept the source's devices. An application takes no two groups with one
 * key, so the group that holds the source's keys is taken whatever its name; no group is ever changed.
 */
public final class ApplicationEnrollments {
    private static final int CONFLICT = 409;

    private final CentralClient central;
    private final String source;
    private final ApplicationAuthorities authorities;

    /** {@code source} names the service that the groups come from in the ids of groups that are made. */
    public ApplicationEnrollments(CentralClient central, String source, ApplicationAuthorities authorities) {
        this.central = central;
        this.source = source;
        this.authorities = authorities;
    }

    /**
     * The counterpart of a group of the source among these of the application. Fails with {@link AzureException} when
     * the group there would refuse the devices.
     */
    public Future<TargetEnrollment> counterpart(List<EnrollmentGroup> there, String sourceGroup, GroupKeys keys) {
        Optional<EnrollmentGroup> same =
                there.stream().filter(group -> keys.equals(group.keys())).findFirst();
        if (same.isPresent()) {
            return usable(central, same.get()).map(id -> new TargetEnrollment(sourceGroup, id, keys, true));
        }
        String id = id(sourceGroup);
        if (there.stream().anyMatch(group -> group.id().equalsIgnoreCase(id))) {
            return refused(
                    "DifferentKeys",
                    "Enrollment group '" + id + "' is already in " + central.host()
                            + " with other keys than the source's: the devices would be refused. Delete or rename that"
                            + " group, then run again.");
        }
        Optional<EnrollmentGroup> partly =
                there.stream().filter(group -> shareOne(keys, group.keys())).findFirst();
        return partly.isPresent()
                ? refused(
                        "DifferentKeys",
                        "Enrollment group '" + partly.get().id() + "' of " + central.host()
                                + " has one of the two keys of the source's group '" + sourceGroup
                                + "', and an application takes no key twice. Give both groups the same two keys, or delete"
                                + " that group.")
                : Future.succeededFuture(new TargetEnrollment(sourceGroup, id, keys, false));
    }

    /** The counterpart of a group with certificates, which have to be whole; fails as that of one with keys. */
    public Future<TargetEnrollment> counterpart(
            List<EnrollmentGroup> there, String sourceGroup, CertificatePair signing) {
        return authorities.counterpart(there, sourceGroup, id(sourceGroup), signing);
    }

    /** Makes the group when none has its keys or certificates; repeating it changes nothing. */
    Future<Void> ensure(TargetEnrollment wanted) {
        return wanted.keys() == null
                ? central.enrollmentGroups()
                        .compose(there -> counterpart(there, wanted.sourceGroup(), wanted.signing())
                                .compose(found -> found.present()
                                        ? Future.succeededFuture()
                                        : authorities.ensure(there, found, displayName(wanted))))
                : find(wanted).compose(found -> found.present() ? Future.succeededFuture() : create(wanted));
    }

    private Future<TargetEnrollment> find(TargetEnrollment wanted) {
        return central.enrollmentGroups().compose(there -> counterpart(there, wanted.sourceGroup(), wanted.keys()));
    }

    private String displayName(TargetEnrollment wanted) {
        return "Drover: " + wanted.sourceGroup() + " of " + source;
    }

    /** A 409 says that a group has the keys by now, as when this call was carried out without an answer. */
    private Future<Void> create(TargetEnrollment wanted) {
        return central.createEnrollmentGroup(wanted.targetGroup(), displayName(wanted), wanted.keys())
                .recover(cause -> cause instanceof AzureException refused && refused.status() == CONFLICT
                        ? find(wanted).compose(found -> found.present() ? Future.succeededFuture() : failed(cause))
                        : failed(cause));
    }

    /** The group's id. Fails when devices would be refused, though it has what they prove themselves with. */
    static Future<String> usable(CentralClient central, EnrollmentGroup group) {
        if (!group.enabled()) {
            return refused(
                    "GroupDisabled",
                    "Enrollment group '" + group.id() + "' of " + central.host()
                            + " has what the source's group has and is disabled: the devices would be refused. Enable it, then run"
                            + " again.");
        }
        return group.edge()
                ? refused(
                        "EdgeGroup",
                        "Enrollment group '" + group.id() + "' of " + central.host()
                                + " has what the source's group has and is for IoT Edge devices. Delete it, then run again.")
                : Future.succeededFuture(group.id());
    }

    private static boolean shareOne(GroupKeys one, GroupKeys other) {
        return other != null
                && (one.primary().equals(other.primary()) || one.secondary().equals(other.secondary()));
    }

    /** Readable, the same in every run, and of letters, digits and hyphens, as an application wants it. */
    private String id(String sourceGroup) {
        String wanted = ("drover-" + source + "-" + sourceGroup).toLowerCase(Locale.ROOT);
        String id = wanted.replaceAll("[^a-z0-9-]", "-");
        return id.equals(wanted) ? id : id + "-" + Integer.toHexString(wanted.hashCode());
    }

    private static Future<Void> failed(Throwable cause) {
        return Future.failedFuture(cause);
    }

    private static <T> Future<T> refused(String code, String message) {
        return Future.failedFuture(new AzureException(CONFLICT, code, message));
    }
}
