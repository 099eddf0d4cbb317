package io.drover.worker.target;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.x509.Authority;
import io.drover.worker.azure.x509.AuthorityStore;
import io.drover.worker.azure.x509.AuthorityStore.Code;
import io.drover.worker.azure.x509.AuthorityStore.Uploaded;
import io.drover.worker.azure.x509.Certificates;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an authority to a service and proves that its owner has the key: with the key where it is at hand,
 * else by telling a person what to sign and waiting for it. One that is there and verified is taken as it is.
 */
public final class CertificateProof {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateProof.class);

    private final Vertx vertx;
    private final AuthorityStore certificates;
    private final Place place;
    private final List<Authority> authorities;
    private final Timing timing;
    /** A new code makes the one void that somebody may be signing, so there is one in each run. */
    private final Map<String, Code> codes = new ConcurrentHashMap<>();

    /** {@code authorities} are those whose keys are at hand. */
    public CertificateProof(
            Vertx vertx, AuthorityStore certificates, Place place, List<Authority> authorities, Timing timing) {
        this.vertx = vertx;
        this.certificates = certificates;
        this.place = place;
        this.authorities = List.copyOf(authorities);
        this.timing = timing;
    }

    /**
     * Where the certificates are, in words.
     *
     * @param text of what has them
     * @param menu where a person finds them
     */
    public record Place(String text, String menu) {
        /** The certificates of a provisioning service. */
        public static Place provisioningService(String name) {
            String text = "provisioning service '" + name + "'";
            return new Place(text, "Azure portal, " + text + ", Certificates");
        }

        /** The certificates of an enrollment group of an application. */
        static Place enrollmentGroup(String group, String host) {
            return new Place(
                    "enrollment group '" + group + "' of " + host,
                    host + ", Permissions, Device connection groups, '" + group + "', Manage certificates");
        }
    }

    /** How long a person has, and how often the service is asked meanwhile. */
    public record Timing(Duration deadline, Duration interval) {}

    /** Whether possession can be proved without a person. */
    boolean isAtHand(X509Certificate certificate) {
        return authority(certificate).isPresent();
    }

    /**
     * The name under which the service has the certificate, verified. Fails with {@link AzureException} when the proof
     * is refused or did not come in time; asked again, it goes on where it stopped.
     */
    Future<String> verified(X509Certificate certificate) {
        return verified(certificate, name(certificate));
    }

    /** The same, uploaded under this name when the service does not have it. */
    Future<String> verified(X509Certificate certificate, String name) {
        return certificates
                .list()
                .compose(all -> all.stream()
                        .filter(one -> one.is(certificate))
                        .max((one, other) -> Boolean.compare(one.verified(), other.verified()))
                        .map(Future::succeededFuture)
                        .orElseGet(() -> certificates.upload(name, certificate))
                        .compose(there -> there.verified()
                                ? Future.succeededFuture(there.name())
                                : prove(there, certificate).map(done -> there.name())));
    }

    /** The names of those among these certificates of the service that are this one. */
    Future<List<String>> names(X509Certificate certificate) {
        return certificates
                .list()
                .map(all -> all.stream()
                        .filter(one -> one.is(certificate))
                        .map(Uploaded::name)
                        .toList());
    }

    private Future<Void> prove(Uploaded there, X509Certificate certificate) {
        Optional<Authority> authority = authority(certificate);
        return code(there)
                .compose(code -> authority
                        .map(owner -> vertx.executeBlocking(() -> owner.prove(code.text()))
                                .compose(proof -> certificates.verify(there.name(), proof, code.etag()))
                                .onComplete(done -> codes.remove(there.name())))
                        .orElseGet(() -> {
                            LOG.warn(instructions(there, certificate, code));
                            return await(there.name(), System.nanoTime());
                        }));
    }

    private Future<Code> code(Uploaded there) {
        Code known = codes.get(there.name());
        return known != null
                ? Future.succeededFuture(known)
                : certificates.code(there.name(), there.etag()).onSuccess(code -> codes.put(there.name(), code));
    }

    private Future<Void> await(String name, long sinceNanos) {
        return vertx.timer(Math.max(1, timing.interval().toMillis()))
                .compose(passed -> certificates.list())
                .compose(all -> {
                    Optional<Uploaded> found = all.stream()
                            .filter(one -> name.equalsIgnoreCase(one.name()))
                            .findFirst();
                    if (found.map(Uploaded::verified).orElse(false)) {
                        codes.remove(name);
                        LOG.info("Certificate '{}' of {} is verified", name, place.text());
                        return Future.succeededFuture();
                    }
                    boolean late =
                            System.nanoTime() - sinceNanos >= timing.deadline().toNanos();
                    return late || found.isEmpty()
                            ? Future.failedFuture(notProven(name, found.isEmpty()))
                            : await(name, sinceNanos);
                });
    }

    private AzureException notProven(String name, boolean gone) {
        return new AzureException(
                409,
                "NotProven",
                gone
                        ? "Certificate '" + name + "' was removed from " + place.text()
                                + " while it waited for its proof of possession."
                        : "Certificate '" + name + "' of " + place.text()
                                + " has not been verified within "
                                + timing.deadline().toMinutes()
                                + " min (migration.credentials.proofDeadline); no device is commanded until it is.");
    }

    private String instructions(Uploaded there, X509Certificate certificate, Code code) {
        return "Certificate '" + there.name() + "' ("
                + certificate.getSubjectX500Principal().getName() + ", thumbprint "
                + Certificates.thumbprint(certificate) + ") of " + place.text()
                + " needs a proof of possession. Sign a certificate with the common name " + code.text()
                + " by the key of that authority and hand it in: " + place.menu() + ", '" + there.name()
                + "', Verify. Do not generate another code. Drover goes on by itself; it waits "
                + timing.deadline().toMinutes() + " min.";
    }

    private Optional<Authority> authority(X509Certificate certificate) {
        return authorities.stream().filter(one -> one.is(certificate)).findFirst();
    }

    private static String name(X509Certificate certificate) {
        return "drover-" + Certificates.thumbprint(certificate).toLowerCase(Locale.ROOT);
    }
}
