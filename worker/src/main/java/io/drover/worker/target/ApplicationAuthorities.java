package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.EnrollmentGroup;
import io.drover.worker.azure.central.GroupCertificates;
import io.drover.worker.azure.x509.Authority;
import io.drover.worker.azure.x509.AuthorityStore.Uploaded;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The X.509 enrollment groups of an application: looked for by their certificates, whatever their names, and made with
 * proof of possession. An application wants that proof of every authority, an intermediate one too.
 */
public final class ApplicationAuthorities {
    private final Vertx vertx;
    private final CentralClient central;
    private final List<Authority> authorities;
    private final CertificateProof.Timing timing;
    /** By group: each remembers the codes that somebody may be signing. */
    private final Map<String, CertificateProof> proofs = new ConcurrentHashMap<>();

    /** {@code authorities} are those whose keys are at hand. */
    public ApplicationAuthorities(
            Vertx vertx, CentralClient central, List<Authority> authorities, CertificateProof.Timing timing) {
        this.vertx = vertx;
        this.central = central;
        this.authorities = List.copyOf(authorities);
        this.timing = timing;
    }

    /**
     * The group of these certificates among the application's, else one to be made under {@code ownId}, or finished when a
     * stop left it half made. Fails with {@link AzureException} when one is in the way.
     */
    Future<TargetEnrollment> counterpart(
            List<EnrollmentGroup> there, String sourceGroup, String ownId, CertificatePair signing) {
        TargetEnrollment missing = new TargetEnrollment(sourceGroup, ownId, null, signing, false, false);
        Future<TargetEnrollment> found = Future.succeededFuture(missing);
        for (EnrollmentGroup group : there) {
            boolean own = group.id().equalsIgnoreCase(ownId);
            if (own && !group.certificates()) {
                return refused(ownId, "is already there for devices with keys. Delete or rename it");
            }
            if (group.certificates()) {
                found = found.compose(before -> before.present()
                        ? Future.succeededFuture(before)
                        : central.certificates(group.id())
                                .list()
                                .compose(held -> judge(group, own, held, signing)
                                        .map(same -> same
                                                ? new TargetEnrollment(
                                                        sourceGroup, group.id(), null, signing, false, true)
                                                : before)));
            }
        }
        return found;
    }

    /** Whether the group lets in the devices of these certificates. */
    private Future<Boolean> judge(EnrollmentGroup group, boolean own, List<Uploaded> held, CertificatePair signing) {
        List<X509Certificate> wanted = certificates(signing);
        boolean verified =
                wanted.stream().allMatch(one -> held.stream().anyMatch(there -> there.verified() && there.is(one)));
        boolean some = held.stream().anyMatch(there -> wanted.stream().anyMatch(there::is));
        boolean foreign = held.stream().anyMatch(there -> wanted.stream().noneMatch(there::is));
        if (verified) {
            return ApplicationEnrollments.usable(central, group).map(id -> true);
        }
        if (own && foreign) {
            return refused(
                    group.id(), "is already there with other certificates than the source's. Delete or rename it");
        }
        return !own && some
                ? refused(
                        group.id(),
                        "has a certificate of the source's group, but not all of them, verified. Complete it, or delete it")
                : Future.succeededFuture(false);
    }

    private <T> Future<T> refused(String group, String what) {
        return Future.failedFuture(new AzureException(
                409,
                "DifferentKeys",
                "Enrollment group '" + group + "' of " + central.host() + " " + what + ", then run again."));
    }

    /** Makes the group that {@link #counterpart} did not find and has its certificates proved; repeating it goes on where it stopped. */
    Future<Void> ensure(List<EnrollmentGroup> there, TargetEnrollment missing, String displayName) {
        String group = missing.targetGroup();
        boolean begun = there.stream().anyMatch(one -> one.id().equalsIgnoreCase(group));
        CertificateProof proof = proofs.computeIfAbsent(
                group,
                id -> new CertificateProof(
                        vertx,
                        central.certificates(id),
                        CertificateProof.Place.enrollmentGroup(id, central.host()),
                        authorities,
                        timing));
        Future<Void> all = begun ? Future.succeededFuture() : central.createCertificateGroup(group, displayName);
        CertificatePair signing = missing.signing();
        all = all.compose(made -> proof.verified(signing.primary().certificate(), GroupCertificates.PRIMARY))
                .mapEmpty();
        return signing.secondary() == null
                ? all
                : all.compose(done -> proof.verified(signing.secondary().certificate(), GroupCertificates.SECONDARY))
                        .mapEmpty();
    }

    /** What {@link #ensure} will ask of a person, for the plan; empty when nothing. */
    public List<String> waits(TargetEnrollment wanted) {
        return wanted.present() || wanted.signing() == null
                ? List.of()
                : certificates(wanted.signing()).stream()
                        .filter(certificate -> authorities.stream().noneMatch(one -> one.is(certificate)))
                        .map(certificate -> "The certificate " + Certificates.thumbprint(certificate)
                                + " of enrollment group '" + wanted.sourceGroup() + "' needs a proof of possession at "
                                + central.host()
                                + ". Its key is not in migration.credentials.signingCertificates, so apply"
                                + " will say what to sign and wait.")
                        .toList();
    }

    private static List<X509Certificate> certificates(CertificatePair signing) {
        return signing.all().stream().map(ShownCertificate::certificate).toList();
    }
}
