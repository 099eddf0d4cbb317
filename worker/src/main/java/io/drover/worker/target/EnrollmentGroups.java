package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.GroupAttestation;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The enrollment groups of one provisioning service that a migration needs: compared, and made where they are missing. */
public final class EnrollmentGroups {
    private final DpsClient dps;
    private final CertificateProof proof;
    private final String service;

    /** {@code service} is the name of the provisioning service. */
    public EnrollmentGroups(DpsClient dps, CertificateProof proof, String service) {
        this.dps = dps;
        this.proof = proof;
        this.service = service;
    }

    /** Whether the group is there. Fails with {@link AzureException} when it is and would refuse the source's devices. */
    public Future<Boolean> isPresent(TargetEnrollment wanted) {
        return dps.exists(wanted.targetGroup())
                .compose(exists -> exists
                        ? dps.attestation(wanted.targetGroup())
                                .compose(there -> there.map(found -> isSame(wanted, found))
                                        .orElseGet(() -> Future.succeededFuture(false)))
                                .compose(same -> same ? Future.succeededFuture(true) : other(wanted))
                        : Future.succeededFuture(false));
    }

    /** Makes the group if it is missing; a certificate that needs it is proved first. */
    Future<Void> ensure(TargetEnrollment wanted, List<String> hubs) {
        return isPresent(wanted)
                .compose(present -> present
                        ? Future.succeededFuture()
                        : attestation(wanted)
                                .compose(attestation -> dps.create(wanted.targetGroup(), attestation, hubs)));
    }

    /** What {@link #ensure} will ask of a person, for the plan; empty when nothing. */
    List<String> waits(TargetEnrollment wanted) {
        return wanted.present() || !isReferred(wanted)
                ? List.of()
                : wanted.signing().all().stream()
                        .map(ShownCertificate::certificate)
                        .filter(certificate -> !proof.isAtHand(certificate))
                        .map(certificate -> "The certificate " + Certificates.thumbprint(certificate)
                                + " of enrollment group '" + wanted.sourceGroup()
                                + "' needs a proof of possession at '" + service
                                + "' unless it is verified there. Its key is not in migration.credentials.signingCertificates,"
                                + " so apply will say what to sign and wait.")
                        .toList();
    }

    private Future<GroupAttestation> attestation(TargetEnrollment wanted) {
        if (wanted.keys() != null) {
            return Future.succeededFuture(GroupAttestation.of(wanted.keys()));
        }
        if (!isReferred(wanted)) {
            return Future.succeededFuture(GroupAttestation.of(wanted.signing()));
        }
        Future<List<String>> names = Future.succeededFuture(new ArrayList<>());
        for (ShownCertificate one : wanted.signing().all()) {
            names = names.compose(found -> proof.verified(one.certificate()).map(name -> {
                found.add(name);
                return found;
            }));
        }
        return names.map(GroupAttestation::of);
    }

    /** A root stands at the service, verified; intermediates stand in the group itself, as documented. */
    private static boolean isReferred(TargetEnrollment wanted) {
        return wanted.signing() != null
                && !wanted.inline()
                && wanted.signing().all().stream().anyMatch(one -> Certificates.isRoot(one.certificate()));
    }

    private Future<Boolean> isSame(TargetEnrollment wanted, GroupAttestation there) {
        if (wanted.keys() != null) {
            return Future.succeededFuture(wanted.keys().equals(there.keys()));
        }
        CertificatePair signing = wanted.signing();
        if (there.authorities() == null) {
            return Future.succeededFuture(there.signing() != null && signing.isSameAs(there.signing()));
        }
        Future<Boolean> same = Future.succeededFuture(
                there.authorities().size() == signing.all().size());
        for (int i = 0; i < Math.min(there.authorities().size(), signing.all().size()); i++) {
            String name = there.authorities().get(i);
            X509Certificate certificate = signing.all().get(i).certificate();
            same = same.compose(before -> before
                    ? proof.names(certificate).map(names -> names.stream().anyMatch(name::equalsIgnoreCase))
                    : Future.succeededFuture(false));
        }
        return same;
    }

    private Future<Boolean> other(TargetEnrollment wanted) {
        return Future.failedFuture(new AzureException(
                409,
                "DifferentKeys",
                "Enrollment group '" + wanted.targetGroup() + "' is already in '" + service + "' with other "
                        + (wanted.keys() != null ? "keys" : "certificates")
                        + " than the source's: the devices would be refused. Delete or rename that group, then run"
                        + " again."));
    }
}
