package io.drover.worker.discovery;

import io.drover.worker.WorkerConfig.Credentials;
import io.drover.worker.WorkerConfig.SigningCertificate;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.x509.Authority;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.azure.x509.Certificates;
import io.drover.worker.azure.x509.ShownCertificate;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The certificates of enrollment groups that the configuration names, and the keys of those whose keys it names. */
public final class SigningFiles {
    private final Credentials credentials;
    private final List<GroupCertificate> certificates;
    private final List<Authority> authorities;

    private SigningFiles(Credentials credentials, List<GroupCertificate> certificates, List<Authority> authorities) {
        this.credentials = credentials;
        this.certificates = certificates;
        this.authorities = authorities;
    }

    private record GroupCertificate(String group, X509Certificate certificate) {}

    /** Reads the files (blocking). Throws {@link AzureException} when one is not what it should be. */
    public static SigningFiles read(Credentials credentials) {
        List<GroupCertificate> certificates = new ArrayList<>();
        List<Authority> authorities = new ArrayList<>();
        for (SigningCertificate one : credentials.signingCertificates()) {
            try {
                X509Certificate certificate = certificate(one.certificate());
                certificates.add(new GroupCertificate(one.group(), certificate));
                if (one.key() != null) {
                    authorities.add(Authority.of(certificate, one.key()));
                }
            } catch (IllegalArgumentException wrong) {
                throw new AzureException(
                        0,
                        "SigningCertificate",
                        "migration.credentials.signingCertificates, group '" + one.group() + "': " + wrong.getMessage()
                                + ". Name PEM files of the authority's certificate and, if you have it, of its key.");
            }
        }
        return new SigningFiles(credentials, List.copyOf(certificates), List.copyOf(authorities));
    }

    private static X509Certificate certificate(Path file) {
        try {
            return Certificates.read(Files.readString(file)).get(0);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(file + " holds no certificate that can be read", unreadable);
        }
    }

    /** Authorities whose keys are at hand. */
    List<Authority> authorities() {
        return authorities;
    }

    /** Whether the configuration says that no device comes through this group. */
    boolean ignores(String group) {
        return credentials.ignoreGroups().stream().anyMatch(group::equalsIgnoreCase);
    }

    /** Whether devices that come through no group are moved too. */
    boolean readsDevices() {
        return credentials.check() == Credentials.Check.ALL;
    }

    /**
     * The whole certificates of a group of which a service shows these; a file with another thumbprint does not count.
     * Fails with {@link AzureException} that says which one is missing.
     */
    Future<CertificatePair> whole(String service, String group, CertificatePair shown) {
        List<X509Certificate> given = certificates.stream()
                .filter(one -> one.group().equalsIgnoreCase(group))
                .map(GroupCertificate::certificate)
                .toList();
        Optional<CertificatePair> whole = shown.foundIn(given);
        if (whole.isPresent()) {
            return Future.succeededFuture(whole.get());
        }
        String missing = shown.all().stream()
                .filter(one -> one.foundIn(given).isEmpty())
                .map(ShownCertificate::thumbprint)
                .collect(Collectors.joining(" and "));
        String wrong = given.isEmpty()
                ? ""
                : " The configuration gives it "
                        + given.stream().map(Certificates::thumbprint).collect(Collectors.joining(", ")) + ".";
        return Future.failedFuture(new AzureException(
                409,
                "SigningCertificateMissing",
                "'" + service + "' has the X.509 enrollment group '" + group
                        + "' and shows only the thumbprint of its certificate: " + missing + "." + wrong
                        + " Which devices come through it cannot be read, so the target must have the group too: name the"
                        + " certificate under migration.credentials.signingCertificates, or the group under"
                        + " migration.credentials.ignoreGroups if no selected device comes through it."));
    }
}
