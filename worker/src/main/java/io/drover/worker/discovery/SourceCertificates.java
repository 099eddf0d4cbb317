package io.drover.worker.discovery;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.GroupAttestation;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.x509.AuthorityStore;
import io.drover.worker.azure.x509.AuthorityStore.Uploaded;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** The certificates of a provisioning service's enrollment groups: in the group itself, or at ARM under the names it gives. */
final class SourceCertificates {
    private final DpsClient provisioning;
    private final AuthorityStore authorities;
    private final String service;
    private final SigningFiles signing;

    SourceCertificates(DpsClient provisioning, AuthorityStore authorities, String service, SigningFiles signing) {
        this.provisioning = provisioning;
        this.authorities = authorities;
        this.service = service;
        this.signing = signing;
    }

    /** A group with its whole certificates; empty when it has none. Fails with {@link AzureException} when one is not to be had. */
    Future<Optional<SourceGroup>> of(String group) {
        return provisioning.attestation(group).compose(attestation -> {
            if (attestation.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            GroupAttestation found = attestation.get();
            return found.signing() != null
                    ? whole(group, found.signing(), true)
                    : referred(found.authorities())
                            .compose(pair -> pair.isPresent()
                                    ? whole(group, pair.get(), false)
                                    : Future.succeededFuture(Optional.empty()));
        });
    }

    private Future<Optional<SourceGroup>> whole(String group, CertificatePair shown, boolean inline) {
        return signing.whole(service, group, shown).map(pair -> Optional.of(new SourceGroup(group, pair, inline)));
    }

    private Future<Optional<CertificatePair>> referred(List<String> names) {
        return authorities
                .list()
                .map(all -> CertificatePair.of(
                        named(all, names.get(0)), names.size() > 1 ? named(all, names.get(1)) : Optional.empty()));
    }

    private static Optional<ShownCertificate> named(List<Uploaded> all, String name) {
        return all.stream()
                .filter(one -> name.equalsIgnoreCase(one.name()))
                .findFirst()
                .flatMap(one -> one.body() == null
                        ? ShownCertificate.of(one.thumbprint())
                        : Optional.of(ShownCertificate.of(
                                Certificates.read(one.body()).get(0))));
    }
}
