package io.drover.simulator.cloud.dps;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/**
 * Authorities uploaded to one service (ARM's {@code certificates}). One is trusted after its owner has proved to hold the key: by
 * signing a certificate whose common name is the code that was generated for it. Thread-safe.
 */
public final class CaCertificates {
    private final ConcurrentNavigableMap<String, CaCertificate> entries = new ConcurrentSkipListMap<>();
    private final Clock clock;
    private final OpaqueIds ids;

    CaCertificates(Clock clock, OpaqueIds ids) {
        this.clock = clock;
        this.ids = ids;
    }

    /** All, in the order of names. */
    public List<CaCertificate> all() {
        return List.copyOf(entries.values());
    }

    /** The one of this name, in any case. */
    public Optional<CaCertificate> get(String name) {
        return Optional.ofNullable(entries.get(key(name)));
    }

    /**
     * Uploads or replaces.
     *
     * @param verified takes the certificate as verified at once, as ARM's {@code isVerified} does
     * @param ifMatch null when the caller does not care
     * @throws ProvisioningException BAD_REQUEST when it is no authority, ETAG_MISMATCH
     */
    public CaCertificate put(String name, X509Certificate certificate, boolean verified, String ifMatch) {
        if (certificate.getBasicConstraints() < 0) {
            throw new ProvisioningException(
                    ProvisioningError.BAD_REQUEST, "The certificate is not one of an authority (CA:TRUE is missing).");
        }
        return entries.compute(key(name), (key, before) -> {
            match(before, ifMatch);
            return new CaCertificate(
                    before == null ? name : before.name(),
                    certificate,
                    verified,
                    null,
                    before == null ? clock.instant() : before.created(),
                    clock.instant(),
                    ids.etag());
        });
    }

    /** Makes the code that {@link #verify} asks for; until then the certificate is not verified. */
    public CaCertificate generateVerificationCode(String name, String ifMatch) {
        return change(name, ifMatch, before -> before.awaiting(ids.verificationCode(), clock.instant(), ids.etag()));
    }

    /**
     * Verifies the certificate with one that it has signed for the code.
     *
     * @throws ProvisioningException CERTIFICATE_NOT_FOUND, ETAG_MISMATCH, or BAD_REQUEST when it proves nothing
     */
    public CaCertificate verify(String name, X509Certificate proof, String ifMatch) {
        return change(name, ifMatch, before -> {
            if (before.verificationCode() == null
                    || !CertificateChain.isNamed(proof, before.verificationCode())
                    || !CertificateChain.issued(before.certificate(), proof)) {
                throw new ProvisioningException(
                        ProvisioningError.BAD_REQUEST,
                        "The certificate does not prove possession: its common name must be the verification code and"
                                + " the uploaded authority must have signed it.");
            }
            return before.verified(clock.instant(), ids.etag());
        });
    }

    /** Removes; false when there was none. */
    public boolean delete(String name, String ifMatch) {
        CaCertificate[] removed = new CaCertificate[1];
        entries.computeIfPresent(key(name), (key, before) -> {
            match(before, ifMatch);
            removed[0] = before;
            return null;
        });
        return removed[0] != null;
    }

    /** The certificate of this name when it is verified; empty for null. */
    Optional<X509Certificate> verified(String name) {
        return Optional.ofNullable(name)
                .flatMap(this::get)
                .filter(CaCertificate::isVerified)
                .map(CaCertificate::certificate);
    }

    private CaCertificate change(String name, String ifMatch, UnaryOperator<CaCertificate> change) {
        CaCertificate changed = entries.computeIfPresent(key(name), (key, before) -> {
            match(before, ifMatch);
            return change.apply(before);
        });
        if (changed == null) {
            throw new ProvisioningException(ProvisioningError.CERTIFICATE_NOT_FOUND);
        }
        return changed;
    }

    private static void match(CaCertificate before, String ifMatch) {
        if (before != null && ifMatch != null) {
            Enrollments.requireMatch(before.etag(), ifMatch);
        }
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
